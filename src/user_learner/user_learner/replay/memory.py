"""The sampling memory: records of the log as rows that batches can be drawn from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.types import ActionSource, ImageArray, Mode, StepType, Transition
from user_learner.replay.admission import check_label
from user_learner.replay.columns import Column
from user_learner.replay.config import MemoryConfig
from user_learner.replay.episode_index import EpisodeIndex
from user_learner.replay.frames import FrameStore
from user_learner.replay.imitation_rows import ImitationRows, count_rows
from user_learner.replay.step_check import check_step

_MB = 1 << 20


class SamplingMemory:
    """One row per record, in log order; each observation is stored once and belongs to the rows on both its sides.

    A row can be drawn once the record of its episode's next step is there. Evaluation records are never kept. Training
    episodes of a recording are no practice of this run: only a person's steps in them are drawn, as demonstrations.
    """

    def __init__(self, *, spec: EnvironmentSpec, config: MemoryConfig, folder: Path | None = None) -> None:
        """Makes an empty memory.

        Args:
            spec: What records must look like.
            config: Where frames lie.
            folder: Where frames beyond the budget are spilled; None takes the system's temporary folder.
        """
        self.spec = spec
        self._own_successes = config.own_successes
        budget = config.frame_budget_mb * _MB // max(1, len(spec.cameras))
        self._frames = [
            FrameStore(shape=(camera.height, camera.width, 3), budget_bytes=budget, folder=folder)
            for camera in spec.cameras
        ]
        self._states = Column(shape=(spec.state_dim,))
        self._actions = Column(shape=(spec.action_dim,))
        self._rewards = Column()
        self._discounts = Column()
        self._successes = Column(dtype=np.bool_)
        self._identities: list[tuple[str, int]] = []
        self._instructions: list[str] = []
        self._modes: list[Mode] = []
        self._sources: list[ActionSource] = []
        self._by_person = Column(dtype=np.bool_)
        self._index = EpisodeIndex()
        self._online = Column(dtype=np.int64)
        self._demonstrations = Column(dtype=np.int64)
        self._imitation = ImitationRows()
        self._last_rows: dict[str, int] = {}
        self._labels: dict[str, EpisodeLabel] = {}
        self._unlabelled: dict[int, tuple[float, float, bool]] = {}
        self._undecided: dict[str, tuple[Transition, bool]] = {}
        self._recorded_practice: set[int] = set()
        self.training_steps = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._states)

    @property
    def online_rows(self) -> NDArray[np.int64]:
        """Rows of mode train, of this run, that can be drawn."""
        return self._online.values

    @property
    def demonstration_rows(self) -> NDArray[np.int64]:
        """Rows that can be drawn: collected successes, a person's steps in training, if configured own successes.

        An episode is a success once it has closed as one; a label may change that.
        """
        return self._demonstrations.values

    @property
    def imitation(self) -> ImitationRows:
        """Which rows may be imitated, and where a person took over."""
        return self._imitation

    @property
    def states(self) -> NDArray[np.float32]:
        """(rows, S) in physical units."""
        return self._states.values

    @property
    def actions(self) -> NDArray[np.float32]:
        """(rows, A) executed actions; zero in the last record of an episode."""
        return self._actions.values

    @property
    def rewards(self) -> NDArray[np.float32]:
        """(rows,) observed one step later."""
        return self._rewards.values

    @property
    def discounts(self) -> NDArray[np.float32]:
        """(rows,) the environment's: 0 only before a termination."""
        return self._discounts.values

    @property
    def reached(self) -> NDArray[np.bool_]:
        """(rows,) success observed one step later."""
        return self._successes.values

    @property
    def by_person(self) -> NDArray[np.bool_]:
        """(rows,) whether a person chose the action."""
        return self._by_person.values

    @property
    def awaited_verdict(self) -> str:
        """UUID of an episode of this run that a person has yet to judge, or ""."""
        return next((episode for episode, (_, recorded) in self._undecided.items() if not recorded), "")

    @property
    def successor(self) -> NDArray[np.int64]:
        """(rows,) row of the next step of the same episode, or -1."""
        return self._index.successor

    @property
    def predecessor(self) -> NDArray[np.int64]:
        """(rows,) row of the step before of the same episode, or -1."""
        return self._index.predecessor

    def images(self, rows: NDArray[np.int64]) -> tuple[ImageArray, ...]:
        """Returns one (len(rows), H, W, 3) array per camera."""
        return tuple(store.gather(rows) for store in self._frames)

    def instructions(self, rows: NDArray[np.int64]) -> tuple[str, ...]:
        """Returns what the arm was asked to do, a sentence per row."""
        return tuple(self._instructions[row] for row in rows)

    def add(self, transition: Transition, *, recorded: bool = False) -> bool:
        """Appends a record.

        Args:
            transition: The record.
            recorded: It comes from a recording, not from the log of this run.

        Returns:
            Whether it was kept: not if it is of an evaluation, or (episode, step) is there already, nor yet if it
            closes an episode that a person has still to judge.

        Raises:
            InvalidRecordError: When it does not fit the spec.
        """
        observation = transition.observation
        if observation.mode is Mode.EVALUATE:
            return False
        row = self._index.rows_of(observation.episode).get(observation.step)
        if row is not None:
            if not recorded and row in self._recorded_practice:
                self._adopt(row)
            return False
        self.spec.check_observation(observation)
        if transition.awaits_verdict and observation.episode not in self._labels:
            # Without its successor step T-1, whose reward is not known yet, is no sample, nor part of one.
            self._undecided[observation.episode] = (transition, recorded)
            return False
        is_last = transition.step_type is StepType.LAST
        self._append(transition, is_last=is_last)
        row = len(self) - 1
        if is_last:
            self._last_rows[observation.episode] = row
        if observation.mode is Mode.TRAIN:
            if recorded:
                self._recorded_practice.add(row)
            else:
                self.training_steps += not is_last
        for completed in self._index.add(episode=observation.episode, step=observation.step):
            self._make_drawable(completed)
        if row not in self._recorded_practice:
            self._note_take_over(row)
        self._apply_label(observation.episode)
        self._count_success(observation.episode)
        return True

    def label(self, label: EpisodeLabel) -> None:
        """Applies a label, now or when its episode has closed; the last one wins.

        Raises:
            InvalidRecordError: For an unknown kind of label.
        """
        check_label(label)
        episode = label.episode
        self._labels[episode] = label
        if episode in self._undecided:
            transition, recorded = self._undecided.pop(episode)
            self.add(transition, recorded=recorded)
            return
        self._apply_label(episode)
        self._count_success(episode)

    def successful_demonstrations(self) -> list[NDArray[np.int64]]:
        """Returns the rows, first to last, of each closed and gapless episode of mode collect that succeeded."""
        episodes = []
        for episode, last in self._last_rows.items():
            rows = self._index.rows_of(episode)
            ordered = [rows[step] for step in range(len(rows)) if step in rows]
            whole = len(ordered) == len(rows) > 1 and ordered[-1] == last
            if whole and self._modes[last] is Mode.COLLECT and self._successes.values[ordered[-2]]:
                episodes.append(np.array(ordered, np.int64))
        return episodes

    def digest(self) -> str:
        """Returns a hash over the content of all rows, labels included: equal for two memories made from one log."""
        digest = hashlib.sha256()
        for row, (episode, step) in enumerate(self._identities):
            digest.update(f"{episode}:{step}:{self._modes[row]}:{self._sources[row]}:{self.successor[row]};".encode())
            digest.update(self._states.values[row].tobytes() + self._actions.values[row].tobytes())
            digest.update(self._rewards.values[row].tobytes() + self._discounts.values[row].tobytes())
            digest.update(self._successes.values[row].tobytes())
            for store in self._frames:
                digest.update(store.gather([row]).tobytes())
        return digest.hexdigest()

    def _append(self, transition: Transition, *, is_last: bool) -> None:
        action: NDArray[Any] = np.zeros(self.spec.action_dim, np.float32)
        if not is_last:
            check_step(transition, action_dim=self.spec.action_dim)
            action = transition.executed_action
        observation = transition.observation
        self._states.append(observation.state)
        for store, image in zip(self._frames, observation.images, strict=True):
            store.append(image)
        self._actions.append(action)
        self._rewards.append(0.0 if is_last else transition.reward)
        self._discounts.append(0.0 if is_last else transition.discount)
        self._successes.append(False if is_last else transition.success)
        self._identities.append((observation.episode, observation.step))
        self._modes.append(observation.mode)
        self._sources.append(transition.action_source)
        self._by_person.append(transition.action_source.is_person)
        self._instructions.append(observation.instruction)

    def _make_drawable(self, row: int) -> None:
        if self._modes[row] is not Mode.TRAIN:
            return
        if row not in self._recorded_practice:
            self._online.append(row)
        if self.by_person[row]:
            self._demonstrations.append(row)

    def _note_take_over(self, row: int) -> None:
        """Note it where a person acts and, before them, somebody else did; a hand that pauses stays the same hand's."""
        if self._modes[row] is not Mode.TRAIN or not self.by_person[row]:
            return
        before = self.predecessor[row]
        while before >= 0 and self._sources[before] is ActionSource.HOLD:
            before = self.predecessor[before]
        if before < 0 or not self.by_person[before]:
            self._imitation.note_take_over(row)

    def _adopt(self, row: int) -> None:
        """Count a row of a recording as practice: it stands in the log of this run as well."""
        self._recorded_practice.discard(row)
        episode, _ = self._identities[row]
        self.training_steps += row != self._last_rows.get(episode)
        if self.successor[row] >= 0:
            self._online.append(row)
        self._note_take_over(row)
        self._count_success(episode)

    def _count_success(self, episode: str) -> None:
        """Count the steps of a closed episode as demonstrations if it succeeded, else only a person's in training."""
        if episode not in self._last_rows:
            return
        last = self._last_rows[episode]
        practice = self._modes[last] is Mode.TRAIN
        rows = self._index.rows_of(episode)
        before_last = rows.get(self._identities[last][1] - 1)
        success = before_last is not None and bool(self._successes.values[before_last])
        drawable = np.array([row for _, row in sorted(rows.items()) if self.successor[row] >= 0], np.int64)
        by_person = self.by_person[drawable]
        if practice:
            self._imitation.count_corrected(drawable[by_person], success=success)
        else:
            self._imitation.count_shown(drawable, success=success)
        if not practice or (self._own_successes and last not in self._recorded_practice):
            # In practice a person's steps count from the moment they are made.
            count_rows(self._demonstrations, drawable[~by_person] if practice else drawable, success=success)

    def _apply_label(self, episode: str) -> None:
        if episode not in self._labels or episode not in self._last_rows:
            return
        last_step = self._identities[self._last_rows[episode]][1]
        row = self._index.rows_of(episode).get(last_step - 1)
        if row is None:
            return
        columns = (self._rewards.values, self._discounts.values, self._successes.values)
        if row not in self._unlabelled:
            self._unlabelled[row] = (float(columns[0][row]), float(columns[1][row]), bool(columns[2][row]))
        reward, discount, success = self._unlabelled[row]
        labelled = self._labels[episode].applied_to(reward=reward, discount=discount, success=success)
        for column, value in zip(columns, labelled, strict=True):
            column[row] = value
