from __future__ import annotations

from tests.support.policy_samples import small_policy
from user_policies.serving.library import LoadedPolicy, VersionLibrary
from user_policies.weights.version import WeightsIdentity, WeightsVersion


def loaded(update: int, name: str = "", incarnation: int = 1) -> LoadedPolicy:
    version = WeightsVersion(incarnation=incarnation, update=update)
    return LoadedPolicy(identity=WeightsIdentity(version=version, name=name), policy=small_policy())


def test_an_older_version_does_not_become_the_newest() -> None:
    library = VersionLibrary()
    library.install(loaded(5, incarnation=2))
    library.install(loaded(900, incarnation=1))
    assert library.newest == "2.5"


def test_only_unused_versions_are_retired() -> None:
    library = VersionLibrary()
    policies = {}
    for one in (loaded(1), loaded(2), loaded(0, name="imitation"), loaded(3)):
        library.install(one)
        policies[one.identity.label] = one.policy
    assert library.retire(pinned={"1.1"}) == [policies["1.2"], policies["imitation"]]
    assert library.get("1.1") is not None
    assert library.get("1.3") is not None
    assert library.get("imitation") is None


def test_nothing_is_left_after_a_new_beginning() -> None:
    library = VersionLibrary()
    library.install(loaded(1))
    library.clear()
    assert (library.newest, library.get("1.1")) == ("", None)
