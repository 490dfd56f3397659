"""A thread that turns received or stored weights into policies ready to act, beside the control path."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from user_core.errors import UserRosError, WeightsError
from user_core.interfaces import Policy
from user_core.spec import EnvironmentSpec
from user_policies.serving.library import LoadedPolicy
from user_policies.tensors import tensors_digest
from user_policies.weights.assembler import WeightsParcel
from user_policies.weights.payload import WeightsPayload
from user_policies.weights.store import WeightsStore
from user_policies.weights.version import WeightsIdentity, WeightsVersion

MakePolicy = Callable[[EnvironmentSpec], Policy]


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadResult:
    """What became of one piece of work.

    Attributes:
        run: Run for which it was done.
        asked: The version or name that was asked for; "" when it was weights that arrived, or the newest at start.
        loaded: The policy, or None.
        damaged: Weights that must be received again.
        reason: Why there is no policy, for people; "" with None means that nothing had to be built.
    """

    run: str
    asked: str = ""
    loaded: LoadedPolicy | None = None
    damaged: WeightsIdentity | None = None
    reason: str = ""


@dataclass(kw_only=True)
class _Scope:
    """What the work is for; replaced whole when the run or the spec changes."""

    run: str
    spec: EnvironmentSpec
    spare: list[Policy] = field(default_factory=list)
    newest: WeightsVersion | None = None


class WeightsLoader:
    """Does its work in a thread of its own, in order; results are taken by the control thread.

    Args:
        store: Used by the thread alone.
        make_policy: Makes a policy for a spec; called in the thread.
        policy_name: Registry name that weights must carry.
        notify: Called in the thread after each result; must only wake the control thread.
    """

    def __init__(
        self, *, store: WeightsStore, make_policy: MakePolicy, policy_name: str, notify: Callable[[], None]
    ) -> None:
        self._store = store
        self._make_policy = make_policy
        self._policy_name = policy_name
        self._notify = notify
        self._scope: _Scope | None = None
        self._arrived: WeightsVersion | None = None
        self._work: queue.SimpleQueue[Callable[[], LoadResult | None] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[LoadResult] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="weights_loader", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the work at hand."""
        self._work.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def begin(self, *, run: str, spec: EnvironmentSpec) -> None:
        """Work for this run and spec from now on, beginning with the newest weights on disk."""
        self._arrived = None
        self._work.put(lambda: self._begin(run, spec))

    def deliver(self, parcel: WeightsParcel) -> None:
        """Check, save and build a version that arrived; one that is superseded while it waits is only saved."""
        identity = parcel.identity
        if not identity.name:
            self._arrived = identity.version if self._arrived is None else max(self._arrived, identity.version)
        self._work.put(lambda: self._with_scope(lambda scope: self._deliver(scope, parcel)))

    def request(self, asked: str) -> None:
        """Load a version, or a name, from disk."""
        self._work.put(lambda: self._with_scope(lambda scope: self._fetch(scope, asked)))

    def recycle(self, policies: list[Policy], *, pinned: Collection[str]) -> None:
        """Take policies that nothing uses any more, to be filled anew, and drop old files."""
        labels = frozenset(pinned)

        def work(scope: _Scope) -> None:
            scope.spare += [one for one in policies if one.spec.digest == scope.spec.digest]
            self._store.prune(pinned=labels)

        self._work.put(lambda: self._with_scope(work))

    def take(self) -> list[LoadResult]:
        """Return the results since the last call."""
        results = []
        while not self._results.empty():
            results.append(self._results.get())
        return results

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - a thread that ends here would leave the robot with old weights
                result = LoadResult(run=self._scope.run if self._scope else "", reason=_reason(error))
            if result is not None:
                self._results.put(result)
                self._notify()

    def _with_scope(self, work: Callable[[_Scope], LoadResult | None]) -> LoadResult | None:
        return None if self._scope is None else work(self._scope)

    def _begin(self, run: str, spec: EnvironmentSpec) -> LoadResult:
        self._scope = _Scope(run=run, spec=spec)
        self._store.open(run)
        stored = self._store.newest(spec_digest=spec.digest)
        if stored is None:
            ignored = "; ".join(self._store.ignored)
            return LoadResult(run=run, reason=f"weights on disk that are not used: {ignored}" if ignored else "")
        return LoadResult(run=run, loaded=self._build(self._scope, stored.read()))

    def _deliver(self, scope: _Scope, parcel: WeightsParcel) -> LoadResult:
        try:
            payload = parcel.join()
        except WeightsError as error:
            return LoadResult(run=scope.run, damaged=parcel.identity, reason=str(error))
        header = payload.header
        if (header.run, header.policy, header.spec_digest) != (scope.run, self._policy_name, scope.spec.digest):
            return LoadResult(
                run=scope.run,
                reason=f"weights {header.identity.label} are of policy {header.policy}, spec {header.spec_digest[:8]}, "
                f"run {header.run[:8]}; here it is {self._policy_name}, spec {scope.spec.digest[:8]}, "
                f"run {scope.run[:8]}; give learner and policy the same policy:=, task and run",
            )
        self._store.save(payload)
        superseded = any(other is not None and other > header.version for other in (scope.newest, self._arrived))
        if header.name or superseded:
            return LoadResult(run=scope.run)
        return LoadResult(run=scope.run, loaded=self._build(scope, payload))

    def _fetch(self, scope: _Scope, asked: str) -> LoadResult:
        stored = self._store.find(asked, spec_digest=scope.spec.digest)
        if stored is None:
            return LoadResult(run=scope.run, asked=asked, reason=f"weights {asked} are not here")
        try:
            return LoadResult(run=scope.run, asked=asked, loaded=self._build(scope, stored.read()))
        except Exception as error:  # noqa: BLE001 - as above, and here it is known what was asked for
            return LoadResult(run=scope.run, asked=asked, reason=_reason(error))

    def _build(self, scope: _Scope, payload: WeightsPayload) -> LoadedPolicy:
        """Fill a spare policy, or a new one, and compare the digest over what it then holds (trap 5)."""
        policy = scope.spare.pop() if scope.spare else self._make_warm_policy(scope.spec)
        policy.load(payload.tensors())
        header = payload.header
        if tensors_digest(policy.weights()) != header.tensors_digest:
            raise WeightsError(
                f"after loading weights {header.identity.label} the policy does not hold what the learner sent: "
                "the digests over all tensors differ; both must be of the same release"
            )
        if not header.name:
            scope.newest = header.version if scope.newest is None else max(scope.newest, header.version)
        return LoadedPolicy(identity=header.identity, policy=policy)

    def _make_warm_policy(self, spec: EnvironmentSpec) -> Policy:
        policy = self._make_policy(spec)
        policy.warm_up()
        return policy


def _reason(error: Exception) -> str:
    """Return what is said of an error: our own speak for themselves, of others the type is named, too."""
    return str(error) if isinstance(error, UserRosError | OSError) else f"{type(error).__name__}: {error}"
