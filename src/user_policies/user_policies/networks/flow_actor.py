"""An actor that is a flow: Gaussian noise becomes an action chunk in a few Euler steps."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from user_policies.networks.actor import Actor, weighted_mean
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.flow_mlp import FlowMlp
from user_policies.networks.flow_network import FlowNetwork
from user_policies.networks.flow_transformer import FlowTransformer
from user_policies.networks.real_time_chunking import PrefixBatch, guided_velocity
from user_policies.networks.tanh_gaussian import log_tanh_slope
from user_policies.shared_batch import of_whole_batch, standard_normal

_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


class FlowActor(Actor):
    """x_t = (1 - t) noise + t chunk before the tanh, from t = 0 to 1 in K steps of 1 / K.

    The network predicts the clean chunk, and the velocity is (clean - x) / (1 - t): the last of the K steps, at
    t = 1 - 1 / K, then ends exactly in the prediction, and nothing is ever divided by 0.
    """

    kind = "flow"

    def __init__(
        self, *, inputs: int, actions: int, config: FlowConfig, horizon: int = 1, network: FlowNetwork | None = None
    ) -> None:
        """Makes the network.

        Args:
            inputs: F, number of features.
            actions: A, number of action axes.
            config: Network, steps and noise.
            horizon: H, steps in a chunk.
            network: What predicts; None = what the configuration names.
        """
        super().__init__(horizon=horizon, actions=actions)
        self.config = config
        self.network = network or _make_network(inputs=inputs, horizon=horizon, actions=actions, config=config)

    def clean(self, features: Tensor, *, noisy: Tensor, time: Tensor) -> Tensor:
        """Predicts where a path ends, (B, H, A) before the tanh.

        Args:
            features: (B, F).
            noisy: (B, H, A) a point of the path.
            time: (B,) or (1,) in [0, 1): where on the path.
        """
        clean: Tensor = self.network(noisy, time=time, context=self.network.context(features))
        return clean

    def sample(self, features: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draws chunks (B, H, A) with the noise of training, and returns the logarithm of their paths' density (B,)."""
        return self._noisy_path(features, noise_std=self.config.noise_std, generator=generator)

    def explore(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Draws chunks (B, H, A) with the noise of practice."""
        chunk, _ = self._noisy_path(features, noise_std=self.config.practice_noise_std, generator=generator)
        return chunk

    def mode(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Returns the chunks (B, H, A) at the end of the path without added noise."""
        return self.follow(features, start=self._start_of_mode(features, generator))

    def continue_chunk(
        self, features: Tensor, *, prefix: PrefixBatch, deterministic: bool, generator: Generator | None = None
    ) -> Tensor:
        """Returns the chunks (B, H, A) at the end of a path that is guided towards those before them."""
        aim = PrefixBatch(target=self.before_tanh(prefix.target), weight=prefix.weight)
        context = self.network.context(features)
        noise_std = 0.0 if deterministic else self.config.practice_noise_std
        point = self._start_of_mode(features, generator) if deterministic else self._noise(features, generator)
        for time in self._times(features):

            def drift(noisy: Tensor, time: Tensor = time) -> Tensor:
                return velocity(clean=self.network(noisy, time=time, context=context), noisy=noisy, time=time)

            guided = guided_velocity(drift, point, time=float(time), prefix=aim)
            if noise_std:
                end = point + (1.0 - time) * guided
                guided = guided + 0.5 * noise_std**2 * score(clean=end, noisy=point, time=time)
            point = point + guided / self.config.steps
            if noise_std:
                point = point + noise_std / math.sqrt(self.config.steps) * self._noise(features, generator)
        return torch.tanh(point)

    def follow(self, features: Tensor, *, start: Tensor) -> Tensor:
        """Returns the chunks (B, H, A) that noise (B, H, A) becomes along the flow itself."""
        context = self.network.context(features)
        point = start
        for time in self._times(features):
            clean = self.network(point, time=time, context=context)
            point = point + velocity(clean=clean, noisy=point, time=time) / self.config.steps
        return torch.tanh(point)

    def imitation_loss(
        self, features: Tensor, *, chunk: Tensor, weight: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Returns the error of the predicted clean chunk at a random point of the path to what was done.

        Flow matching (arXiv:2210.02747, equation 23) on the prediction: the error of the velocity is this one divided
        by 1 - t, which counts the last moments of a path most, where there is least left to predict.
        """
        target = self.before_tanh(chunk)  # (B, H, A)
        noise = standard_normal(target.shape, like=target, generator=generator)
        time = _spread_times(target, generator)  # (B,)
        share = time[:, None, None]
        clean = self.clean(features, noisy=(1.0 - share) * noise + share * target, time=time)
        return weighted_mean((clean - target).square(), weight=weight)

    def before_tanh(self, chunk: Tensor) -> Tensor:
        """Returns where a path must end for actions (B, H, A) in [-1, 1], the largest ones within reach."""
        limit = self.config.largest_action
        return torch.atanh(chunk.clamp(-limit, limit))

    def _noisy_path(self, features: Tensor, *, noise_std: float, generator: Generator | None) -> tuple[Tensor, Tensor]:
        """Follow the flow with noise added at each step, and the drift that keeps its marginals (arXiv:2509.25756).

        dx = (v + noise_std²/2 · score) dt + noise_std dW, whose Euler steps are Gaussian: the density of the path is
        that of its first point times those of its steps.
        """
        context = self.network.context(features)
        step_std = noise_std / math.sqrt(self.config.steps)
        point = self._noise(features, generator)
        log_density = -0.5 * point.square() - _HALF_LOG_2_PI  # (B, H, A)
        for time in self._times(features):
            clean = self.network(point, time=time, context=context)
            drift = velocity(clean=clean, noisy=point, time=time)
            drift = drift + 0.5 * noise_std**2 * score(clean=clean, noisy=point, time=time)
            noise = self._noise(features, generator)
            point = point + drift / self.config.steps + step_std * noise
            log_density = log_density - 0.5 * noise.square() - (math.log(step_std) + _HALF_LOG_2_PI)
        log_density = log_density - log_tanh_slope(point)
        return torch.tanh(point), log_density.flatten(1).sum(dim=-1)  # (B, H, A), (B,)

    def _start_of_mode(self, features: Tensor, generator: Generator | None) -> Tensor:
        if self.config.mode_from == "sample":
            return self._noise(features, generator)
        return features.new_zeros(len(features), self.horizon, self.actions)

    def _noise(self, features: Tensor, generator: Generator | None) -> Tensor:
        shape = (len(features), self.horizon, self.actions)
        return standard_normal(shape, like=features, generator=generator)

    def _times(self, features: Tensor) -> tuple[Tensor, ...]:
        """Return 0, 1/K, … 1 - 1/K, each (1,)."""
        steps = self.config.steps
        return torch.arange(steps, device=features.device, dtype=features.dtype).div(steps).split(1)


def velocity(*, clean: Tensor, noisy: Tensor, time: Tensor) -> Tensor:
    """Returns the velocity (B, H, A) that leads from `noisy` to `clean` in the time that is left; time is (1,) < 1."""
    return (clean - noisy) / (1.0 - time)


def score(*, clean: Tensor, noisy: Tensor, time: Tensor) -> Tensor:
    """Returns the gradient of the log marginal density at `noisy`, (B, H, A): (t v - x) / (1 - t).

    Given its end, x_t is Gaussian around t · clean with standard deviation 1 - t. Time is (1,) < 1.
    """
    return (time * clean - noisy) / (1.0 - time).square()


def _spread_times(chunks: Tensor, generator: Generator | None) -> Tensor:
    """Return B times in random order, one in each B-th of [0, 1): uniform each, and all parts of a path are seen."""

    def draw(rows: int) -> Tensor:
        order = torch.randperm(rows, generator=generator, device=chunks.device)
        within = torch.rand(rows, generator=generator, device=chunks.device, dtype=chunks.dtype)
        return (order + within) / rows

    return of_whole_batch(draw, rows=len(chunks))


def _make_network(*, inputs: int, horizon: int, actions: int, config: FlowConfig) -> FlowNetwork:
    if config.network == "mlp":
        return FlowMlp(inputs=inputs, horizon=horizon, actions=actions, width=config.width, layers=config.layers)
    return FlowTransformer(
        inputs=inputs,
        horizon=horizon,
        actions=actions,
        width=config.width,
        layers=config.layers,
        heads=config.heads,
    )
