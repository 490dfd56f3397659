from __future__ import annotations

import numpy as np
import pytest

from tests.support.learning_records import make_observation, small_spec
from user_core.errors import ConfigurationError
from user_core.types import ChunkPrefix
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy

SPEC = small_spec()
HORIZON = 4


def config(steps: int) -> PolicyConfig:
    flow = FlowConfig(network="mlp", width=16, steps=steps)
    return PolicyConfig(name="flow_state", horizon=HORIZON, execute=2, chunk_blending="real_time", flow=flow)


def test_a_flow_of_one_step_is_refused_where_it_was_to_continue_chunks() -> None:
    with pytest.raises(ConfigurationError, match=r"policy\.flow\.steps.*at least 2"):
        config(1)
    assert PolicyConfig(flow=FlowConfig(steps=1)).chunk_blending == "none"


@pytest.mark.parametrize("blending", ["ensembling", "real_time"])
@pytest.mark.parametrize(("horizon", "execute"), [(4, 0), (4, 4), (1, 0)])
def test_chunks_that_do_not_overlap_cannot_be_blended(blending: str, horizon: int, execute: int) -> None:
    with pytest.raises(ConfigurationError, match=r"policy\.execute"):
        PolicyConfig(name="flow", horizon=horizon, execute=execute, chunk_blending=blending)
    assert PolicyConfig(name="flow", horizon=4, execute=3, chunk_blending=blending).executed_steps == 3


def test_a_flow_of_the_fewest_steps_that_are_allowed_is_guided() -> None:
    policy = make_policy(spec=SPEC, config=config(2))
    observation = make_observation(SPEC)
    prefix = ChunkPrefix(values=np.full((2, SPEC.action_dim), 0.9, np.float32), frozen=1)
    (free,), (continued,) = (
        policy.act([observation], deterministic=[True], prefixes=prefixes) for prefixes in (None, [prefix])
    )
    assert not np.allclose(continued, free, atol=0.01)
