"""A small policy, and its weights as a learner would send them."""

from __future__ import annotations

from tests.support.learning_records import small_spec
from tests.support.weights_samples import RUN
from user_core.spec import EnvironmentSpec
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.policies.tanh_gaussian import TanhGaussianPolicy
from user_policies.weights.payload import WeightsPayload, pack
from user_policies.weights.version import WeightsVersion

SPEC = small_spec(cameras=0)
CONFIG = PolicyConfig(name="mlp", hidden_sizes=(8,))


def small_policy(spec: EnvironmentSpec = SPEC, *, seed: int = 0) -> TanhGaussianPolicy:
    """An MLP of a few numbers."""
    return make_policy(spec=spec, config=CONFIG, seed=seed)


def policy_payload(
    *,
    update: int,
    incarnation: int = 1,
    name: str = "",
    run: str = RUN,
    spec: EnvironmentSpec = SPEC,
    policy: str = "mlp",
) -> WeightsPayload:
    """Weights of a small policy; different updates are different weights."""
    return pack(
        small_policy(spec, seed=1000 * incarnation + update).weights(),
        run=run,
        version=WeightsVersion(incarnation=incarnation, update=update),
        name=name,
        policy=policy,
        spec_digest=spec.digest,
    )
