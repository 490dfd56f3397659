from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.weights_samples import RUN, SPEC_DIGEST, make_payload
from user_core.errors import WeightsError
from user_policies.weights.store import WeightsStore


def opened(folder: Path, *, keep_newest: int = 2, run: str = RUN) -> WeightsStore:
    store = WeightsStore(folder=folder, keep_newest=keep_newest)
    store.open(run)
    return store


def test_what_was_saved_is_found_after_a_restart(tmp_path: Path) -> None:
    payload = make_payload(update=64)
    opened(tmp_path).save(payload)
    stored = opened(tmp_path).newest(spec_digest=SPEC_DIGEST)
    assert stored is not None
    assert stored.read().content == payload.content


def test_weights_of_another_run_are_kept_and_reported_but_never_found(tmp_path: Path) -> None:
    opened(tmp_path, run="another").save(make_payload(run="another"))
    store = opened(tmp_path)
    assert store.newest(spec_digest=SPEC_DIGEST) is None
    assert store.find("1.32", spec_digest=SPEC_DIGEST) is None
    assert "of run another" in store.ignored[0]
    assert len(list(tmp_path.iterdir())) == 1


def test_weights_for_another_spec_are_never_found(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(make_payload(spec_digest="other"))
    assert store.newest(spec_digest=SPEC_DIGEST) is None
    assert store.find("1.32", spec_digest=SPEC_DIGEST) is None


def test_pinned_named_and_newest_versions_survive_pruning(tmp_path: Path) -> None:
    store = opened(tmp_path, keep_newest=2)
    store.save(make_payload(update=0, name="imitation"))
    for update in range(32, 32 * 7, 32):
        store.save(make_payload(update=update))
    store.prune(pinned={"1.64"})
    again = opened(tmp_path)
    labels = ["imitation", *(f"1.{update}" for update in range(32, 32 * 7, 32))]
    found = [label for label in labels if again.find(label, spec_digest=SPEC_DIGEST)]
    assert found == ["imitation", "1.64", "1.160", "1.192"]


def test_named_weights_are_never_the_newest(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(make_payload(update=0, name="imitation"))
    assert store.newest(spec_digest=SPEC_DIGEST) is None


def test_a_name_stands_for_what_was_saved_last_under_it(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(make_payload(incarnation=1, update=0, name="imitation"))
    store.save(make_payload(incarnation=2, update=0, name="imitation"))
    stored = opened(tmp_path).find("imitation", spec_digest=SPEC_DIGEST)
    assert stored is not None
    assert stored.read().header.version.incarnation == 2


def test_a_damaged_file_is_reported_and_passed_over(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.save(make_payload(update=32))
    newest = store.save(make_payload(update=64))
    newest.path.write_bytes(b"garbage!")
    again = opened(tmp_path)
    found = again.newest(spec_digest=SPEC_DIGEST)
    assert found is not None
    assert str(found.header.version) == "1.32"
    assert newest.path.name in again.ignored[0]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(WeightsError, match="cannot be saved in .*run:="):
        opened(blocked / "policy").save(make_payload())
