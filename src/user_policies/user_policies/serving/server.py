"""Observations of several robots in, action chunks out."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from user_core.embodiment import SPEC_OF, Embodiment
from user_core.spec import EnvironmentSpec
from user_core.types import ActionChunk, Observation, StateArray
from user_policies.blending.registry import make_blender
from user_policies.serving.chunk_schedule import ChunkSchedule
from user_policies.serving.config import PolicyNodeConfig
from user_policies.serving.library import LoadedPolicy, VersionLibrary
from user_policies.serving.version_pins import VersionPins

NO_WEIGHTS = "no weights yet: the learner sends them once it has pretrained"


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What goes back to one robot."""

    robot: str
    chunk: ActionChunk


@dataclass(frozen=True, kw_only=True, eq=False)
class _Waiting:
    observation: Observation
    received_s: float


class PolicyServer:
    """Answers each observation that wants it once weights for it are at hand; never waits for another robot.

    Args:
        library: The policies that can answer at once.
        request: Asked for a version that is not among them; ends in `VersionLibrary.install` or `lacks`.
        config: How long chunks are executed, and how one follows the other.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        library: VersionLibrary,
        request: Callable[[str], None],
        config: PolicyNodeConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library = library
        self._request = request
        self._inference_delay_s = config.inference_delay_s
        self._execute = config.policy.executed_steps
        self._blender = make_blender(config.policy.chunk_blending)
        self._clock = clock
        self._pins = VersionPins()
        self._spec_of = SPEC_OF[config.policy.embodiment]
        self._embodiments: dict[str, Embodiment] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._schedules: defaultdict[str, ChunkSchedule] = defaultdict(ChunkSchedule)
        self._requested: set[str] = set()
        self._lacking: dict[str, str] = {}
        self._complaints: dict[str, str] = {}

    @property
    def spec(self) -> EnvironmentSpec | None:
        """Return the policy's spec: what that of the robot heard first is to it."""
        first = next(iter(self._embodiments.values()), None)
        return None if first is None else first.policy_spec

    @property
    def complaint(self) -> str:
        """Return why arms have to wait for their chunks, for people; "" = none does."""
        return "; ".join(filter(None, self._complaints.values()))

    @property
    def versions_in_use(self) -> set[str]:
        """Return the versions of running episodes and the ones that are being waited for."""
        return self._pins.versions | self._requested

    def set_spec(self, robot: str, spec: EnvironmentSpec) -> None:
        """Take what a robot's environment promises; a new promise of the same robot replaces the old one."""
        self._embodiments[robot] = Embodiment(spec=spec, policy_spec=self._spec_of(spec))

    def submit(self, robot: str, observation: Observation) -> None:
        """Take an observation; one that wants an answer replaces one of the same robot that still waits.

        One that comes before its robot's spec is left: it is sent again until it is answered.

        Raises:
            InvalidRecordError: When the observation does not fit the spec.
        """
        embodiment = self._embodiments.get(robot)
        if embodiment is None:
            return
        embodiment.spec.check_observation(observation)
        self._complaints[robot] = self._delay_of(robot, observation)
        if self._schedules[robot].wants_answer(observation):
            self._waiting[robot] = _Waiting(observation=observation, received_s=self._clock())

    def lacks(self, asked: str, reason: str) -> None:
        """Note that a requested version cannot be had; who waits for it is told so."""
        self._requested.discard(asked)
        self._lacking[asked] = reason

    def answer(self) -> list[Answer]:
        """Answer all that wait and can be answered, one batch per version."""
        answers: list[Answer] = []
        batches: dict[str, tuple[LoadedPolicy, list[str]]] = {}
        for robot, waiting in self._waiting.items():
            repeated = self._schedules[robot].repeated(waiting.observation)
            settled = repeated or self._refusal(robot, waiting.observation)
            if settled is not None:
                answers.append(self._timed(robot, settled))
                continue
            loaded = self._choose(robot, waiting.observation)
            if loaded is not None:
                batches.setdefault(loaded.identity.label, (loaded, []))[1].append(robot)
        for loaded, robots in batches.values():
            answers += self._act(loaded, robots)
        for one in answers:
            del self._waiting[one.robot]
        self._lacking.clear()
        return answers

    def _delay_of(self, robot: str, observation: Observation) -> str:
        if observation.delay_steps <= self._execute:
            return ""
        return (
            f"{robot} waits: an answer takes {observation.delay_steps} steps and {self._execute} of a chunk are "
            "executed; let policy.execute and policy.horizon be more, or the policy faster"
        )

    def _refusal(self, robot: str, observation: Observation) -> ActionChunk | None:
        served, needed = self.spec, self._embodiments[robot].policy_spec
        if served is not None and needed.digest != served.digest:
            return _empty(
                observation,
                f"this policy serves spec {served.digest[:12]}, {robot} needs {needed.digest[:12]}: "
                f"{served.difference(needed)}; give both the same task, cameras, state and action settings, or let "
                "policy.embodiment be common",
            )
        asked = self._pins.resolve(robot=robot, observation=observation, newest=self._library.newest)
        if not asked:
            return _empty(observation, NO_WEIGHTS)
        if asked in self._lacking:
            return _empty(observation, self._lacking[asked])
        return None

    def _choose(self, robot: str, observation: Observation) -> LoadedPolicy | None:
        asked = self._pins.resolve(robot=robot, observation=observation, newest=self._library.newest)
        loaded = self._library.get(asked)
        if loaded is not None:
            self._requested.discard(asked)
            self._pins.pin(robot=robot, observation=observation, version=loaded.identity.label)
        elif asked not in self._requested:
            self._requested.add(asked)
            self._request(asked)
        return loaded

    def _act(self, loaded: LoadedPolicy, robots: list[str]) -> list[Answer]:
        observations = [self._embodiments[robot].observation(self._waiting[robot].observation) for robot in robots]
        prefixes = [self._schedules[robot].prefix(self._waiting[robot].observation) for robot in robots]
        if self._inference_delay_s:
            time.sleep(self._inference_delay_s)
        chunks = loaded.policy.act(
            observations,
            deterministic=[one.deterministic for one in observations],
            prefixes=prefixes if self._blender.conditions else None,
        )
        answers = []
        for robot, prefix, values in zip(robots, prefixes, chunks, strict=True):
            blended = values if prefix is None else self._blender.blend(values, prefix=prefix)
            observation = self._waiting[robot].observation
            chunk = _chunk(observation, blended, version=loaded.identity.label, execute=self._execute)
            self._schedules[robot].sent(chunk)
            answers.append(self._timed(robot, chunk))
        return answers

    def _timed(self, robot: str, chunk: ActionChunk) -> Answer:
        """Return a chunk as the robot wants it: the actions of its own axes, and how long it took."""
        values = self._embodiments[robot].actions(chunk.values)
        inference_s = self._clock() - self._waiting[robot].received_s
        return Answer(robot=robot, chunk=replace(chunk, values=values, inference_s=inference_s))


def _chunk(observation: Observation, values: StateArray, *, version: str, execute: int) -> ActionChunk:
    if not np.all(np.isfinite(values)):
        return _empty(observation, f"weights {version} computed an action that is not finite")
    return ActionChunk(
        source=observation.source,
        spec_digest=observation.spec_digest,
        episode=observation.episode,
        first_step=observation.step,
        execute=execute,
        values=values,
        policy_version=version,
    )


def _empty(observation: Observation, reason: str) -> ActionChunk:
    return ActionChunk(
        source=observation.source,
        spec_digest=observation.spec_digest,
        episode=observation.episode,
        first_step=observation.step,
        values=np.zeros((0, 0), np.float32),
        reason=reason,
    )
