from __future__ import annotations

import dataclasses
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from user_core.errors import WeightsError
from user_learner.checkpoint import Checkpoint, CheckpointStore, is_checkpoint, read_checkpoint


def checkpoint(updates: int) -> Checkpoint:
    tensors: dict[str, NDArray[Any]] = {
        "learner.actor.weight": np.full((3, 2), updates, np.float32),
        "learner.temperature": np.array(0.5, np.float32),
        "rows": np.arange(5, dtype=np.uint64),
    }
    return Checkpoint(
        run="run",
        spec_digest="digest",
        algorithm="rlpd",
        policy="cnn",
        updates=updates,
        log_position=9,
        tensors=tensors,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    CheckpointStore(folder=tmp_path, keep_newest=2).save(checkpoint(7))
    found = CheckpointStore(folder=tmp_path, keep_newest=2).newest()
    assert found is not None
    assert found.facts() == checkpoint(7).facts()
    for name, value in checkpoint(7).tensors.items():
        np.testing.assert_array_equal(found.tensors[name], value)
        assert (found.tensors[name].dtype, found.tensors[name].shape) == (value.dtype, value.shape)


def test_the_newest_few_are_kept(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=2)
    for updates in (1, 2, 10, 100):
        store.save(checkpoint(updates))
    assert names(tmp_path) == [checkpoint(10).name, checkpoint(100).name]


def test_the_best_evaluated_is_kept_beside_them(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=1)
    store.save(checkpoint(1))
    assert store.evaluated(checkpoint=checkpoint(1).name, version="1.1", success_rate=0.8, episodes=20)
    store.save(checkpoint(2))
    assert not store.evaluated(checkpoint=checkpoint(2).name, version="1.2", success_rate=0.7, episodes=20)
    store.save(checkpoint(3))
    best = CheckpointStore(folder=tmp_path, keep_newest=1).best()
    assert best is not None
    assert best["checkpoint"] == checkpoint(1).name
    assert names(tmp_path) == ["best.json", checkpoint(1).name, checkpoint(3).name]


def test_a_kill_while_writing_leaves_the_checkpoint_before(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=2)
    store.save(checkpoint(1))
    unfinished = tmp_path / f".unfinished-{checkpoint(2).name}"
    unfinished.mkdir()
    (unfinished / "state.safetensors").write_bytes(b"half")
    found = store.newest()
    assert found is not None
    assert found.updates == 1
    store.save(checkpoint(2))
    assert store.newest() is not None


@pytest.mark.parametrize("file", ["state.safetensors", "checkpoint.json"])
def test_a_damaged_checkpoint_is_put_aside_and_the_one_before_taken(tmp_path: Path, file: str) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=3)
    store.save(checkpoint(1))
    (store.save(checkpoint(2)) / file).write_bytes(b"garbage")
    found = store.newest()
    assert found is not None
    assert found.updates == 1
    assert checkpoint(2).name in store.damaged[0]
    store.save(checkpoint(2))
    again = store.newest()
    assert again is not None
    assert again.updates == 2


@pytest.mark.parametrize("file", ["state.safetensors", "checkpoint.json"])
def test_one_that_lacks_a_file_is_put_aside_too(tmp_path: Path, file: str) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=3)
    (store.save(checkpoint(1)) / file).unlink()
    assert store.newest() is None
    assert checkpoint(1).name in store.damaged[0]


def test_one_that_the_disk_does_not_give_stays_where_it_is(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=3)
    tensors = store.save(checkpoint(1)) / "state.safetensors"
    content = tensors.read_bytes()
    tensors.unlink()
    tensors.mkdir()  # whoever the user is, this cannot be read as a file
    with pytest.raises(WeightsError, match="updates-000000000001 cannot be read"):
        store.newest()
    tensors.rmdir()
    tensors.write_bytes(content)
    assert store.newest() is not None


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=2)
    store.save(checkpoint(1))
    large = dataclasses.replace(checkpoint(2), tensors={"x": np.zeros(100_000, np.float32)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(WeightsError, match="no checkpoint can be written.*free space"):
            store.save(large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    found = store.newest()
    assert found is not None
    assert found.updates == 1


def test_the_updates_of_the_newest_are_known_without_reading_it(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path, keep_newest=2)
    assert store.newest_updates() == 0
    for updates in (7, 100):
        store.save(checkpoint(updates))
    assert store.newest_updates() == 100


def test_nothing_there_is_no_checkpoint(tmp_path: Path) -> None:
    store = CheckpointStore(folder=tmp_path / "none", keep_newest=2)
    assert (store.newest(), store.best()) == (None, None)


def test_one_checkpoint_is_read_where_it_lies_with_what_its_policy_loads(tmp_path: Path) -> None:
    named: dict[str, NDArray[Any]] = {
        "trainer.learner.policy.actor.weight": np.ones((2, 2), np.float32),
        "trainer.rows": np.arange(3),
    }
    made = dataclasses.replace(checkpoint(7), tensors=named)
    folder = CheckpointStore(folder=tmp_path, keep_newest=2).save(made)
    assert is_checkpoint(folder)
    assert not is_checkpoint(tmp_path)
    found = read_checkpoint(folder)
    assert found.updates == 7
    assert list(found.policy_tensors) == ["actor.weight"]
    (folder / "state.safetensors").write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="cannot be read"):
        read_checkpoint(folder)
