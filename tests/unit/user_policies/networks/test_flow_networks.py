from __future__ import annotations

import pytest
import torch
from torch import Tensor

from user_core.errors import ConfigurationError
from user_policies.networks.flow_actor import FlowActor
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.flow_transformer import PreNormAttention

B, H, A, F = 3, 4, 2, 5


def make(network: str, *, horizon: int = H, **settings: int | float | str) -> FlowActor:
    torch.manual_seed(0)
    config = FlowConfig(**{"network": network, "width": 8, "heads": 2, **settings})  # type: ignore[arg-type]
    return FlowActor(inputs=F, actions=A, config=config, horizon=horizon)


def predict(actor: FlowActor, *, features: Tensor, noisy: Tensor, time: float = 0.3) -> Tensor:
    return actor.clean(features, noisy=noisy, time=torch.tensor([time]))


@pytest.mark.parametrize("network", ["mlp", "transformer"])
class TestNetwork:
    def test_one_time_for_all_is_that_time_for_each(self, network: str) -> None:
        actor, features, noisy = make(network), torch.randn(B, F), torch.randn(B, H, A)
        each = actor.clean(features, noisy=noisy, time=torch.full((B,), 0.3))
        torch.testing.assert_close(predict(actor, features=features, noisy=noisy), each)

    @pytest.mark.parametrize("layers", [1, 3])
    @pytest.mark.parametrize("horizon", [1, H])
    def test_prediction_depends_on_observation_point_and_time(self, network: str, horizon: int, layers: int) -> None:
        actor = make(network, horizon=horizon, layers=layers)
        features, noisy = torch.randn(B, F), torch.randn(B, horizon, A)
        first = predict(actor, features=features, noisy=noisy)
        assert first.shape == (B, horizon, A)
        for other in (
            predict(actor, features=features + 1, noisy=noisy),
            predict(actor, features=features, noisy=noisy + 1),
            predict(actor, features=features, noisy=noisy, time=0.9),
        ):
            assert not torch.allclose(first, other)

    def test_steps_of_a_chunk_know_each_other_and_samples_do_not(self, network: str) -> None:
        actor, features, noisy = make(network), torch.randn(B, F), torch.randn(B, H, A)
        first = predict(actor, features=features, noisy=noisy)
        noisy[0, 0] += 1.0
        second = predict(actor, features=features, noisy=noisy)
        assert not torch.allclose(first[0, H - 1], second[0, H - 1])
        torch.testing.assert_close(first[1:], second[1:])

    def test_every_weight_has_a_share_in_imitation(self, network: str) -> None:
        actor = make(network)
        loss = actor.imitation_loss(torch.randn(B, F), chunk=torch.rand(B, H, A), weight=torch.ones(B, H))
        loss.backward()
        assert all(parameter.grad is not None for parameter in actor.parameters())


def test_attention_agrees_with_the_softmax_written_out() -> None:
    width, heads = 6, 2
    attention = PreNormAttention(width=width, heads=heads).double()
    tokens, context = (torch.randn(B, count, width, dtype=torch.float64) for count in (H, 5))
    inner = attention.attention
    query_weight, key_weight, value_weight = inner.in_proj_weight.chunk(3)
    queries = attention.normalisation(tokens) @ query_weight.T
    keys, values = context @ key_weight.T, context @ value_weight.T
    joined = torch.zeros(B, H, width, dtype=torch.float64)
    size = width // heads
    for row in range(B):
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = (queries[row, :, part] @ keys[row, :, part].T) / size**0.5  # (H, 5)
            joined[row, :, part] = torch.softmax(scores, dim=-1) @ values[row, :, part]
    torch.testing.assert_close(attention(tokens, context=context), tokens + inner.out_proj(joined))


def test_weights_that_mask_a_step_take_it_out_of_the_loss() -> None:
    actor, features = make("mlp"), torch.randn(B, F)
    chunk, weight = torch.rand(B, H, A), torch.ones(B, H)
    weight[:, 2] = 0.0

    def gradient(outputs: Tensor) -> Tensor:
        actor.zero_grad()
        loss = actor.imitation_loss(features, chunk=chunk, weight=outputs, generator=torch.Generator().manual_seed(0))
        loss.backward()
        bias = actor.network.outputs.bias.grad  # type: ignore[union-attr]
        assert isinstance(bias, Tensor)
        return bias.view(H, A)

    assert torch.count_nonzero(gradient(weight)[2]) == 0
    assert torch.count_nonzero(gradient(torch.ones(B, H))[2]) == A


def test_deterministic_chunk_is_the_same_each_time_unless_it_begins_from_a_sample() -> None:
    features = torch.randn(B, F)
    from_zero, from_sample = make("mlp"), make("mlp", mode_from="sample")
    torch.testing.assert_close(from_zero.mode(features), from_zero.mode(features))
    first, second = (from_sample.mode(features, torch.Generator().manual_seed(seed)) for seed in (0, 1))
    assert not torch.allclose(first, second)
    torch.testing.assert_close(first, from_sample.mode(features, torch.Generator().manual_seed(0)))


def test_largest_actions_are_within_reach() -> None:
    ends = make("mlp").before_tanh(torch.tensor([[[-1.0, 1.0]]]))
    torch.testing.assert_close(torch.tanh(ends), torch.tensor([[[-0.98, 0.98]]]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"heads": 3, "width": 8}, "policy.flow.heads = 3 is not allowed: a divisor of policy.flow.width = 8"),
        ({"largest_action": 1.0}, "policy.flow.largest_action = 1.0 is not allowed: less than 1"),
    ],
)
def test_settings_that_cannot_be_built_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        FlowConfig(**settings)  # type: ignore[arg-type]
