"""What all policies share: features, actor, an average of the weights, acting, loading."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from user_core.interfaces import Tensors
from user_core.spec import EnvironmentSpec
from user_core.types import ChunkPrefix, Mode, Observation
from user_policies.blending.registry import make_blender
from user_policies.modules import load_module, module_tensors
from user_policies.networks.actor import Actor
from user_policies.networks.frozen_base import refuse_other_bases
from user_policies.networks.gaussian_actor import GaussianActor
from user_policies.networks.real_time_chunking import PrefixBatch, stack_prefixes
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.tensors import check_tensors, without

_AVERAGE = "ema."
_LOGGER = logging.getLogger(__name__)


class PolicyNetwork(nn.Module):
    """Features and actor, as they act together."""

    def __init__(self, *, features: FeatureExtractor, actor: Actor) -> None:
        """Joins the two."""
        super().__init__()
        self.features = features
        self.actor = actor


class ActorPolicy:
    """Observations to action chunks; a batch over robots. The policies differ in their features and their actor.

    Attributes:
        spec: The environment that it acts in.
        network: The newest weights.
        average: Their exponential average; it shares the features where those are frozen. Without
            `policy.act_with_average` it is the newest weights themselves.
    """

    def __init__(self, *, spec: EnvironmentSpec, config: PolicyConfig, seed: int = 0, device: str = "cpu") -> None:
        """Makes the networks with random weights.

        Args:
            spec: The environment's spec.
            config: The networks, and which weights act.
            seed: Of the weights and of the noise.
            device: A torch device.

        Raises:
            ConfigurationError: When the environment lacks what the policy reads.
        """
        self.spec = spec
        self.device = torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            features = self.make_features(spec=spec, config=config)
            actor = self.make_actor(spec=spec, config=config, features=features)
        self._conditions = make_blender(config.chunk_blending).conditions
        self.network = PolicyNetwork(features=features, actor=actor).to(self.device)
        self.average = self.network
        if config.act_with_average:
            averaged_features = _averaged(features) if features.trained_end_to_end else features
            self.average = PolicyNetwork(features=averaged_features, actor=copy.deepcopy(actor))
            self.average.actor.requires_grad_(False)
        self.state_groups = features.state_groups
        self._warned_of: set[str] = set()
        self._generator = Generator(device=self.device).manual_seed(seed)

    def make_features(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> FeatureExtractor:
        """Makes what turns observations into features."""
        raise NotImplementedError

    def make_actor(self, *, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> Actor:
        """Makes what turns features into action chunks: a tanh-Gaussian, unless a policy says otherwise."""
        return GaussianActor(
            inputs=features.outputs,
            actions=spec.action_dim,
            hidden_sizes=config.hidden_sizes,
            log_std_min=config.log_std_min,
            log_std_max=config.log_std_max,
            horizon=config.horizon,
        )

    def act(
        self,
        observations: Sequence[Observation],
        *,
        deterministic: Sequence[bool],
        prefixes: Sequence[ChunkPrefix | None] | None = None,
    ) -> list[NDArray[np.float32]]:
        """Returns one (H, A) action chunk in [-1, 1] per observation.

        Args:
            observations: One per robot, checked against the spec already.
            deterministic: Per robot, whether it gets the distribution's mode or a sample.
            prefixes: Per robot, what its chunk is to continue; only of an actor that continues chunks.
        """
        if not observations:
            return []
        batch = self._batch(observations)
        self._warn_of_unknown(batch.instructions)
        self._evaluation_mode()
        prefix = self._prefix_batch(prefixes)
        with torch.inference_mode() if prefix is None else torch.no_grad():  # a guided flow differentiates
            if all(deterministic):
                chosen = self._mode(self.average.features(batch), prefix)
            else:
                features = self.network.features(batch)
                chosen = self._explore(features, prefix)
                if any(deterministic):
                    if self.average.features is not self.network.features:
                        features = self.average.features(batch)
                    mode = self._mode(features, prefix)
                    chosen = torch.where(torch.tensor(deterministic, device=self.device)[:, None, None], mode, chosen)
        return list(chosen.cpu().numpy())

    def warm_up(self) -> None:
        """Acts once on an empty observation, in each of the ways in which it will be asked to.

        The libraries load and set up what they need at first use: of a guided flow that takes half a second.
        """
        nothing = Observation(
            stamp_ns=0,
            source="",
            spec_digest=self.spec.digest,
            episode="",
            step=0,
            mode=Mode.TRAIN,
            deterministic=True,
            state=np.zeros(self.spec.state_dim, np.float32),
            images=tuple(np.zeros((camera.height, camera.width, 3), np.uint8) for camera in self.spec.cameras),
        )
        (chunk,) = self.act([nothing], deterministic=[True])
        if self._conditions:
            self.act([nothing], deterministic=[True], prefixes=[ChunkPrefix(values=chunk, frozen=1)])

    def weights(self) -> dict[str, NDArray[Any]]:
        """Returns copies of all tensors: `features.*`, `actor.*` and, with `ema.` before them, the average's own."""
        tensors = module_tensors(self.network, prefix="")
        if self.average is self.network:
            return tensors
        tensors.update(module_tensors(self.average.actor, prefix=_AVERAGE + "actor."))
        if self.network.features.trained_end_to_end:
            tensors.update(module_tensors(self.average.features, prefix=_AVERAGE + "features."))
        return tensors

    def load(self, weights: Tensors) -> None:
        """Swaps in all weights at once, or none.

        Raises:
            WeightsError: Naming the tensors that are missing, unknown, of another shape or not finite, or the bases
                where they differ.
        """
        own = self.weights()
        check_tensors(weights, expected=own, what="the policy's weights")
        refuse_other_bases(weights, own=own, what="the policy's weights")
        if self.average is not self.network:
            load_module(self.average.actor, weights, prefix=_AVERAGE + "actor.")
            if self.network.features.trained_end_to_end:
                load_module(self.average.features, weights, prefix=_AVERAGE + "features.")
        # After the average: of the instructions, which both share, earlier weights name some only here.
        load_module(self.network, without(_AVERAGE, weights), prefix="")

    def learn_instructions(self, instructions: Iterable[str]) -> None:
        """Notes instructions that it is trained on, where it reads them: it warns of any other that it is given."""
        if self.network.features.reads_instructions:
            for instruction in dict.fromkeys(instructions):
                self.network.features.known_instructions.add(instruction)

    def begin_from_average(self) -> None:
        """Makes the newest weights equal to the average, which is what acts."""
        self.network.actor.load_state_dict(self.average.actor.state_dict())
        if self.network.features.trained_end_to_end:
            self.network.features.load_state_dict(self.average.features.state_dict())

    def update_average(self, rate: float) -> None:
        """Moves the average towards the newest weights by a share `rate`; a learner calls it, acting does not."""
        if self.average is self.network:
            return
        average: list[Tensor] = list(self.average.actor.parameters())
        newest: list[Tensor] = list(self.network.actor.parameters())
        if self.network.features.trained_end_to_end:
            average += self.average.features.parameters()
            newest += self.network.features.parameters()
        with torch.no_grad():
            torch._foreach_lerp_(average, newest, rate)

    def reset_average(self) -> None:
        """Makes the average equal to the newest weights."""
        self.update_average(1.0)

    def _evaluation_mode(self) -> None:
        """Switch dropout off; `eval` walks over all modules, which costs as much as a layer."""
        for network in (self.network, self.average):
            for module in (network.features, network.actor):
                if module.training:
                    module.eval()

    def _mode(self, features: Tensor, prefix: PrefixBatch | None) -> Tensor:
        if prefix is None:
            return self.average.actor.mode(features, self._generator)
        return self.average.actor.continue_chunk(features, prefix=prefix, deterministic=True, generator=self._generator)

    def _explore(self, features: Tensor, prefix: PrefixBatch | None) -> Tensor:
        actor, generator = self.network.actor, self._generator
        if prefix is None:
            return actor.explore(features, generator)
        return actor.continue_chunk(features, prefix=prefix, deterministic=False, generator=generator)

    def _prefix_batch(self, prefixes: Sequence[ChunkPrefix | None] | None) -> PrefixBatch | None:
        if prefixes is None or all(prefix is None for prefix in prefixes):
            return None
        actor = self.network.actor
        return stack_prefixes(prefixes, horizon=actor.horizon, actions=actor.actions).to(self.device)

    def _warn_of_unknown(self, instructions: Iterable[str]) -> None:
        """Say once that an instruction is new: it is followed as well as what was learned reaches."""
        features = self.network.features
        if not features.reads_instructions:
            return
        for instruction in set(instructions) - self._warned_of - {""}:
            if instruction in features.known_instructions:
                continue
            known = features.known_instructions.sentences()
            if known:
                self._warned_of.add(instruction)
                _LOGGER.warning("the instruction %r was never trained; these were: %s", instruction, "; ".join(known))

    def _batch(self, observations: Sequence[Observation]) -> ObservationBatch:
        states = torch.from_numpy(np.stack([observation.state for observation in observations]))  # (B, S)
        images: list[Tensor] = []
        if self.network.features.reads_images:
            for camera in range(len(self.spec.cameras)):
                frames = np.stack([observation.images[camera] for observation in observations])  # (B, H, W, 3)
                images.append(torch.from_numpy(frames).to(self.device))
        return ObservationBatch(
            states=states.to(self.device),
            images=tuple(images),
            instructions=tuple(observation.instruction for observation in observations),
        )


def _averaged(features: FeatureExtractor) -> FeatureExtractor:
    """Return a copy of features for the average; what instructions they were trained on has none: it is shared."""
    averaged = copy.deepcopy(features)
    if features.reads_instructions:
        averaged.known_instructions = features.known_instructions
    return averaged
