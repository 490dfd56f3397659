"""A small policy, and its weights as a learner would send them."""

from __future__ import annotations

from tests.support.learning_records import small_spec
from tests.support.weights_samples import RUN
from user_core.spec import EnvironmentSpec
from user_policies.networks.gaussian_actor import GaussianActor
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.weights.payload import WeightsPayload, pack
from user_policies.weights.version import WeightsVersion

SPEC = small_spec(cameras=0)
CONFIG = PolicyConfig(name="mlp", hidden_sizes=(8,))


def small_policy(spec: EnvironmentSpec = SPEC, *, seed: int = 0) -> ActorPolicy:
    """An MLP of a few numbers."""
    return make_policy(spec=spec, config=CONFIG, seed=seed)


def gaussian(policy: ActorPolicy) -> GaussianActor:
    """The actor of a policy that is known to be tanh-Gaussian."""
    actor = policy.network.actor
    if not isinstance(actor, GaussianActor):
        raise TypeError(f"{type(actor).__name__} is no GaussianActor")
    return actor


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
