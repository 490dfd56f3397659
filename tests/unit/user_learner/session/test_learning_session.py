from __future__ import annotations

import contextlib
import dataclasses
import math
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.support.learning_records import make_episode, make_observation, small_spec
from tests.support.learning_sessions import (
    ASYNCHRONOUS,
    SPEC,
    RecordedDemonstrations,
    SessionBench,
    demonstrations,
    rlpd_config,
    sac_config,
)
from tests.support.learning_summaries import make_summary
from user_core.errors import ConfigurationError, SpecMismatchError, WeightsError
from user_core.interfaces import Metrics
from user_core.log.label import EpisodeLabel
from user_core.types import Mode, Transition
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_learner.config import LearnerNodeConfig
from user_learner.replay.limiter import PipelineConfig
from user_learner.session.learning_session import LearningSession
from user_learner.session.snapshot import LearnerState
from user_learner.trainer import Trainer
from user_policies.networks.gaussian_actor import GaussianActor

PACED = PipelineConfig(name="paced", start_training_steps=4, slack_steps=9, updates_at_once=4)
SYNCHRONOUS = PipelineConfig(name="synchronous", start_training_steps=4, updates_at_once=4)


def demonstration_rows(session: LearningSession) -> list[int]:
    rows: list[int] = session._trainer.memory.demonstration_rows.tolist()  # noqa: SLF001 - what a restart must rebuild
    return rows


def memory_digest(session: LearningSession) -> str:
    return session._trainer.memory.digest()  # noqa: SLF001 - what a restart must rebuild


def test_the_learner_pauses_visibly_when_the_updates_of_all_steps_are_done(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    bench.feed_episodes(3)
    bench.turn(6)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates, snapshot.training_steps) == (LearnerState.LIMITED, 8, 12)
    bench.feed_episodes(1, first=3)
    bench.turn(3)
    assert bench.session.snapshot.updates == 12


def test_weights_go_out_at_the_start_and_then_every_so_many_updates(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    assert bench.labels == ["1.0"]
    bench.feed_episodes(3)
    bench.turn(6)
    assert bench.labels == ["1.0", "1.4", "1.8"]
    assert bench.session.snapshot.versions_published == 3
    assert bench.session.snapshot.staleness == 0


def test_nothing_is_learned_before_the_log_is_caught_up_with(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    records = make_episode(SPEC, episode="a", length=20)
    bench.feed(*records, still_to_come=5)
    bench.turn(3)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.LOADING, 0)
    assert "record 21 of 26" in snapshot.detail
    bench.feed(*make_episode(SPEC, episode="b", length=4))
    bench.turn(2)
    assert bench.session.snapshot.updates > 0


def test_evaluation_records_are_never_trained_on(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    bench.feed(*make_episode(SPEC, length=20, mode=Mode.EVALUATE))
    bench.turn(2)
    assert bench.session.snapshot.training_steps == 0
    assert bench.session.snapshot.updates == 0


def test_a_restart_goes_on_with_counters_budget_and_memory_and_supersedes(tmp_path: Path) -> None:
    config = sac_config(tmp_path, pipeline=PACED)
    first = SessionBench(config)
    records = first.feed_episodes(3)
    first.turn(6)
    before = first.session.snapshot
    digest = memory_digest(first.session)
    first.session.finish()

    again = SessionBench(config)
    assert again.session.snapshot.step_budget == before.step_budget == 4 + 8 + 9
    assert again.session.snapshot.updates == 8
    assert again.labels == ["2.8"]
    again.feed(*records)
    again.turn(3)
    assert (again.session.snapshot.updates, again.session.snapshot.training_steps) == (8, 12)
    assert memory_digest(again.session) == digest
    assert again.session.snapshot.log_position == before.log_position


def test_a_kill_goes_on_from_the_last_checkpoint_that_was_written(tmp_path: Path) -> None:
    config = sac_config(tmp_path)
    killed = SessionBench(config)
    killed.feed_episodes(4)
    killed.turn(8)
    assert killed.session.snapshot.updates == 12
    killed.parts.checkpointer.finish()
    assert SessionBench(config).session.snapshot.updates == 8


def test_another_algorithm_or_policy_than_the_checkpoints_is_refused(tmp_path: Path) -> None:
    first = SessionBench(sac_config(tmp_path))
    first.feed_episodes(3)
    first.turn(6)
    first.session.finish()
    with pytest.raises(WeightsError, match=r"give the same algorithm:= and policy:="):
        SessionBench(rlpd_config(tmp_path))


def test_a_renumbered_log_rebuilds_the_memory_and_keeps_what_was_learned(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    records = bench.feed_episodes(3)
    bench.turn(6)
    bench.feed(*records[5:], rebuild=True)
    bench.turn(2)
    snapshot = bench.session.snapshot
    assert (snapshot.updates, snapshot.training_steps, snapshot.log_position) == (8, 8, 10)
    assert "rebuilt" in " ".join(bench.said)


def test_pretraining_gives_the_imitation_by_name_and_then_what_practice_begins_with(tmp_path: Path) -> None:
    bench = SessionBench(rlpd_config(tmp_path), recording=demonstrations())
    assert bench.labels == []
    bench.turn()
    assert bench.labels == ["imitation", "1.0"]
    bench.session.finish()
    again = SessionBench(rlpd_config(tmp_path), recording=demonstrations())
    assert again.labels == ["imitation", "2.0"]
    assert again.sent[0].header.tensors_digest == bench.sent[0].header.tensors_digest


def test_a_kill_after_pretraining_keeps_it_though_the_demonstrations_were_collected_in_this_run(tmp_path: Path) -> None:
    killed = SessionBench(rlpd_config(tmp_path))
    collected = [record for record in demonstrations().records() if isinstance(record, Transition)]
    killed.feed()  # an empty log is caught up with
    killed.turn()
    killed.feed(*(dataclasses.replace(record, evaluation="collection") for record in collected))
    killed.turn(2)
    assert killed.labels == ["imitation", "1.0"]
    killed.parts.checkpointer.finish()
    again = SessionBench(rlpd_config(tmp_path))
    assert again.labels == ["imitation", "2.0"]
    assert again.sent[0].header.tensors_digest == killed.sent[0].header.tensors_digest


def with_pretraining(config: LearnerNodeConfig, **changes: Any) -> LearnerNodeConfig:
    return dataclasses.replace(config, pretraining=dataclasses.replace(config.pretraining, **changes))


def test_pretraining_that_diverges_sends_and_saves_nothing_and_a_restart_pretrains_anew(tmp_path: Path) -> None:
    config = rlpd_config(tmp_path)
    bench = SessionBench(with_pretraining(config, imitation_learning_rate=1e38), recording=demonstrations())
    bench.feed()
    bench.turn(3)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.detail) == (LearnerState.FAILED, bench.complaints[-1])
    for part in ("pretraining has diverged", "lower pretraining.imitation_learning_rate, which is 1e+38"):
        assert part in snapshot.detail
    bench.session.finish()
    assert (bench.labels, checkpoints_of(bench)) == ([], [])
    again = SessionBench(config, recording=demonstrations())
    again.feed()
    again.turn()
    assert again.labels == ["imitation", "2.0"]


def test_nothing_is_sent_after_pretraining_if_what_practice_begins_with_is_not_finite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretrain = Trainer.pretrain

    def spoil(trainer: Trainer, **arguments: Any) -> None:
        pretrain(trainer, **arguments)
        with torch.no_grad():
            next(trainer._policy.network.parameters()).fill_(math.nan)  # noqa: SLF001 - what must not get out

    monkeypatch.setattr(Trainer, "pretrain", spoil)
    bench = SessionBench(rlpd_config(tmp_path), recording=demonstrations())
    bench.feed()
    bench.turn(3)
    assert bench.session.snapshot.state is LearnerState.FAILED
    assert "lower the learning rates in the group pretraining" in bench.session.snapshot.detail
    bench.session.finish()
    assert (bench.labels, checkpoints_of(bench)) == ([], [])


def test_pretraining_that_needs_too_much_memory_says_which_of_its_batch_sizes_to_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grab(actor: GaussianActor, features: torch.Tensor, **arguments: Any) -> torch.Tensor:
        return torch.empty(1 << 50)

    monkeypatch.setattr(GaussianActor, "imitation_loss", grab)
    bench = SessionBench(rlpd_config(tmp_path), recording=demonstrations())
    bench.turn(2)
    assert bench.session.snapshot.state is LearnerState.FAILED
    assert "try pretraining.imitation_batch_size: 4 instead of 8" in bench.session.snapshot.detail


def test_too_few_demonstrations_in_the_log_are_waited_for_and_counted(tmp_path: Path) -> None:
    bench = SessionBench(rlpd_config(tmp_path, demonstrations=5))
    bench.feed(*demonstrations(3).records())
    bench.turn()
    assert bench.session.snapshot.state is LearnerState.WAITING
    assert "3 of 5" in bench.session.snapshot.detail
    assert bench.labels == []


def test_too_few_demonstrations_in_a_complete_recording_end_in_one_sentence(tmp_path: Path) -> None:
    bench = SessionBench(rlpd_config(tmp_path, demonstrations=5), recording=demonstrations(3))
    bench.turn()
    assert bench.session.snapshot.state is LearnerState.LOADING  # the log may have the others
    bench.feed()
    with pytest.raises(ConfigurationError) as error:
        bench.turn()
    for part in ("pretraining.demonstrations = 5", "at most 3", "in a recording", "demonstrations:="):
        assert part in str(error.value)


def test_demonstrations_in_the_log_count_beside_those_in_a_recording(tmp_path: Path) -> None:
    bench = SessionBench(rlpd_config(tmp_path, demonstrations=4), recording=demonstrations(3))
    bench.feed(*make_episode(SPEC, episode="in the log", mode=Mode.COLLECT))
    bench.turn()
    assert bench.labels == ["imitation", "1.0"]


def test_practice_in_a_recording_is_not_counted_as_that_of_this_run(tmp_path: Path) -> None:
    earlier = make_episode(SPEC, episode="earlier", length=40)
    recording = demonstrations(and_also=[*earlier, make_summary(mode=Mode.TRAIN)])
    bench = SessionBench(rlpd_config(tmp_path, pipeline=PACED), recording=recording)
    bench.feed(SPEC)
    bench.turn(3)
    snapshot = bench.session.snapshot
    assert (snapshot.training_steps, snapshot.updates, snapshot.step_budget) == (0, 0, 4 + 9)
    bench.feed_episodes(2)
    bench.turn(4)
    assert (bench.session.snapshot.training_steps, bench.session.snapshot.updates) == (8, 4)


def test_an_episode_left_open_in_a_recording_is_nothing_to_wait_for(tmp_path: Path) -> None:
    unclosed = make_episode(SPEC, episode="earlier", length=9)[:6]
    recording = demonstrations(and_also=unclosed)
    bench = SessionBench(rlpd_config(tmp_path, pipeline=SYNCHRONOUS), recording=recording)
    other_robot = [dataclasses.replace(record, robot="arm_1") for record in make_episode(SPEC, episode="a", length=6)]
    bench.feed(*other_robot)
    bench.turn(4)
    assert bench.session.snapshot.step_budget == 7


def test_records_of_a_recording_that_break_the_spec_are_said(tmp_path: Path) -> None:
    broken = make_episode(SPEC, episode="broken", mode=Mode.COLLECT)[1]
    broken = dataclasses.replace(broken, reward=math.inf)
    bench = SessionBench(rlpd_config(tmp_path), recording=demonstrations(and_also=[broken]))
    bench.turn()
    assert "a recording: 1 records left out" in bench.said[-1]
    assert "inf" in bench.said[-1]


def test_a_restart_has_the_demonstrations_and_interventions_again_and_updates_go_on(tmp_path: Path) -> None:
    config = rlpd_config(tmp_path)
    practice = [
        *make_episode(SPEC, episode="helped", length=8, outcome="timeout", human_steps=(2, 3)),
        *make_episode(SPEC, episode="alone", length=4),
    ]
    first = SessionBench(config, recording=demonstrations())
    first.feed(SPEC, *practice)
    first.turn(8)
    assert first.session.snapshot.updates == 8
    rows, digest = demonstration_rows(first.session), memory_digest(first.session)
    assert len(rows) == 3 * 6 + 2
    first.session.finish()

    again = SessionBench(config, recording=demonstrations())
    again.feed(SPEC, *practice)
    again.turn(3)
    assert demonstration_rows(again.session) == rows
    assert memory_digest(again.session) == digest
    assert again.session.snapshot.updates == 8
    again.feed_episodes(1)
    again.turn(3)
    assert again.session.snapshot.updates == 12


class SlowDisk:
    """Holds up each checkpoint that is written until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        save = CheckpointStore.save

        def wait_and_save(store: CheckpointStore, checkpoint: Checkpoint) -> Path:
            self.go_on.wait(10.0)
            return save(store, checkpoint)

        monkeypatch.setattr(CheckpointStore, "save", wait_and_save)


def test_the_last_checkpoint_is_written_behind_the_one_that_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    bench = SessionBench(sac_config(tmp_path), disk_is_slow=True)
    bench.feed_episodes(4)
    bench.turn(8)
    assert bench.session.snapshot.updates == 12
    threading.Timer(0.2, disk.go_on.set).start()
    bench.session.finish()
    assert CheckpointStore(folder=bench.folder.checkpoints, keep_newest=2).newest_updates() == 12


def evaluate(bench: SessionBench, *, policy_version: str) -> None:
    observed = make_observation(SPEC, episode="e", mode=Mode.EVALUATE)
    start = dataclasses.replace(make_episode(SPEC, episode="e")[0], observation=observed, evaluation="evaluation")
    bench.feed(start, *(make_summary(seed=seed, policy_version=policy_version) for seed in range(3)))
    bench.turn()


def best_of(bench: SessionBench) -> dict[str, Any] | None:
    return CheckpointStore(folder=bench.folder.checkpoints, keep_newest=2).best()


def test_an_evaluation_has_its_checkpoint_though_one_is_being_written_and_is_best_once_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk(monkeypatch)
    bench = SessionBench(sac_config(tmp_path), disk_is_slow=True)
    bench.feed_episodes(4)
    bench.turn(8)
    evaluate(bench, policy_version="1.12")
    assert best_of(bench) is None
    assert not (bench.folder.checkpoints / "best.json").exists()
    disk.go_on.set()
    bench.session.finish()
    best = best_of(bench)
    assert best is not None
    assert (best["checkpoint"], best["version"]) == ("updates-000000000012", "1.12")


def test_a_checkpoint_that_cannot_be_written_is_said_and_the_last_one_is_tried_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = CheckpointStore.save

    def fail_at_first(store: CheckpointStore, checkpoint: Checkpoint) -> Path:
        if checkpoint.updates == 8:
            raise WeightsError("the disk is full")
        return save(store, checkpoint)

    monkeypatch.setattr(CheckpointStore, "save", fail_at_first)
    bench = SessionBench(sac_config(tmp_path))
    bench.feed_episodes(4)
    bench.turn(8)
    with contextlib.suppress(WeightsError):
        bench.session.finish()
    assert CheckpointStore(folder=bench.folder.checkpoints, keep_newest=2).newest_updates() == 12


def session_of(tmp_path: Path, trainer_type: type[Trainer], *, pipeline: PipelineConfig = ASYNCHRONOUS) -> SessionBench:
    config = sac_config(tmp_path, pipeline=pipeline)

    def make() -> Trainer:
        return trainer_type(
            spec=SPEC,
            policy=config.policy,
            algorithm="sac",
            hyperparameters=config.hyperparameters,
            memory=config.memory,
            pretraining=config.pretraining,
            seed=0,
        )

    return SessionBench(config, make_trainer=make)


def test_learning_that_needs_too_much_memory_stops_and_says_which_batch_size_to_try(tmp_path: Path) -> None:
    class Greedy(Trainer):
        def update(self) -> Metrics:
            if self.updates > 6:
                torch.empty(1 << 50)
            return super().update()

    bench = session_of(tmp_path, Greedy)
    bench.feed_episodes(8)
    bench.turn(5)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.FAILED, 7)
    assert "try hyperparameters.batch_size: 2 instead of 4" in snapshot.detail
    assert bench.labels == ["1.0", "1.4"]


def test_other_errors_of_an_update_are_not_taken_for_a_lack_of_memory(tmp_path: Path) -> None:
    class Faulty(Trainer):
        def update(self) -> Metrics:
            raise RuntimeError("shapes differ")

    bench = session_of(tmp_path, Faulty)
    bench.feed_episodes(8)
    with pytest.raises(RuntimeError, match="shapes differ"):
        bench.turn(5)


class Diverging(Trainer):
    """A number in its critics stops being finite; of `after_update`, the metrics of that one do not show it yet."""

    in_update = 0
    after_update = 0

    def update(self) -> Metrics:
        if self.updates + 1 == self.in_update:
            self._spoil()
        metrics = super().update()
        if self.updates == self.after_update:
            self._spoil()
        return metrics

    def _spoil(self) -> None:
        with torch.no_grad():
            self._learner._critic_parameters[0].fill_(math.nan)


def checkpoints_of(bench: SessionBench) -> list[str]:
    return sorted(path.name for path in bench.folder.checkpoints.glob("updates-*"))


def test_learning_that_diverges_stops_and_keeps_the_last_good_weights_and_checkpoint(tmp_path: Path) -> None:
    class DivergingInTheTenth(Diverging):
        in_update = 10

    bench = session_of(tmp_path, DivergingInTheTenth)
    bench.feed_episodes(8)
    bench.turn(5)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.FAILED, 10)
    assert "critic_loss = nan" in snapshot.detail
    assert "robots keep weights 1.8" in snapshot.detail
    assert bench.labels == ["1.0", "1.4", "1.8"]
    bench.feed_episodes(1, first=8)
    bench.turn()
    assert bench.session.snapshot.training_steps == 36
    bench.feed(*make_episode(SPEC, episode="episode 8"), rebuild=True)
    bench.turn()
    assert (bench.session.snapshot.detail, bench.session.snapshot.training_steps) == (snapshot.detail, 36)
    evaluate(bench, policy_version="1.8")
    bench.session.finish()
    assert best_of(bench) is None
    assert checkpoints_of(bench) == [Checkpoint.name_of(8)]
    again = SessionBench(bench.config)
    assert again.session.snapshot.updates == 8
    again.feed_episodes(8)
    again.turn(3)
    assert again.session.snapshot.updates > 8


def test_a_due_checkpoint_of_numbers_that_are_not_finite_is_not_written(tmp_path: Path) -> None:
    class DivergingAfterTheSixteenth(Diverging):
        after_update = 16

    bench = session_of(tmp_path, DivergingAfterTheSixteenth)
    bench.feed_episodes(8)
    bench.turn(7)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.FAILED, 16)
    assert "not finite, in trainer.learner.critic." in snapshot.detail
    bench.session.finish()
    assert checkpoints_of(bench) == [Checkpoint.name_of(8)]


def test_an_evaluation_begun_on_numbers_that_are_not_finite_stands_for_no_checkpoint(tmp_path: Path) -> None:
    class DivergingAfterTheTwelfth(Diverging):
        after_update = 12

    bench = session_of(tmp_path, DivergingAfterTheTwelfth)
    bench.feed_episodes(4)
    bench.turn(6)
    assert bench.session.snapshot.state is LearnerState.LIMITED
    evaluate(bench, policy_version="1.12")
    bench.turn()
    assert bench.session.snapshot.state is LearnerState.FAILED
    bench.session.finish()
    assert best_of(bench) is None
    assert checkpoints_of(bench) == [Checkpoint.name_of(8)]
    assert SessionBench(bench.config).session.snapshot.updates == 8


def test_weights_that_are_not_finite_are_not_sent_and_no_further_update_is_made(tmp_path: Path) -> None:
    class DivergingActor(Diverging):
        after_update = 4

        def _spoil(self) -> None:
            with torch.no_grad():
                next(self._policy.network.actor.parameters()).fill_(math.nan)

    bench = session_of(tmp_path, DivergingActor, pipeline=dataclasses.replace(ASYNCHRONOUS, updates_at_once=8))
    bench.feed_episodes(8)
    bench.turn(3)
    assert (bench.session.snapshot.state, bench.session.snapshot.updates) == (LearnerState.FAILED, 4)
    assert bench.labels == ["1.0"]
    bench.session.finish()
    assert checkpoints_of(bench) == []


def test_a_synchronous_learner_sends_and_allows_one_more_episode_only_between_episodes(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path, pipeline=SYNCHRONOUS))
    assert bench.session.snapshot.step_budget == 4
    episode = make_episode(SPEC, episode="a", length=6)
    bench.feed(*episode[:5])
    bench.turn(4)
    assert bench.session.snapshot.step_budget == 4
    bench.feed(*episode[5:])
    bench.turn(4)
    snapshot = bench.session.snapshot
    assert (snapshot.updates, snapshot.step_budget, snapshot.required_version) == (2, 7, "1.2")
    assert bench.labels[-1] == "1.2"


def test_an_episode_left_open_by_a_killed_environment_does_not_block_a_synchronous_learner(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path, pipeline=SYNCHRONOUS))
    bench.feed(*make_episode(SPEC, episode="cut", length=9)[:6], SPEC)
    bench.turn(4)
    assert bench.session.snapshot.step_budget == 7


def test_the_checkpoint_of_the_best_evaluation_is_known(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    bench.feed_episodes(3)
    bench.turn(6)
    evaluate(bench, policy_version="1.8")
    bench.session.finish()
    assert best_of(bench) == {
        "checkpoint": "updates-000000000008",
        "version": "1.8",
        "success_rate": 1.0,
        "episodes": 3,
    }


def test_an_evaluation_of_the_imitation_says_nothing_about_a_checkpoint(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    bench.feed_episodes(3)
    bench.turn(6)
    evaluate(bench, policy_version="imitation")
    bench.session.finish()
    assert best_of(bench) is None


def test_a_persons_label_reaches_the_memory(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    records = make_episode(SPEC, episode="a", length=4, outcome="timeout")
    bench.feed(*records, EpisodeLabel(stamp_ns=1, episode="a", label="success"))
    bench.turn()
    labelled = memory_digest(bench.session)
    other = SessionBench(sac_config(tmp_path / "other"))
    other.feed(*records)
    other.turn()
    assert memory_digest(other.session) != labelled


def test_demonstrations_of_another_environment_end_in_one_sentence(tmp_path: Path) -> None:
    recording = RecordedDemonstrations([small_spec(cameras=1)])
    bench = SessionBench(rlpd_config(tmp_path), recording=recording)
    with pytest.raises(SpecMismatchError, match="demonstrations"):
        bench.turn()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"action_scale": (0.03, 0.1)}, r"the action's scale is 0\.03, 0\.1 there and .* here"),
        ({"control_rate_hz": 20.0}, r"control_rate_hz is 20 there and 10 here"),
    ],
)
def test_demonstrations_of_another_scale_or_rate_are_refused_with_both_numbers(tmp_path, change, sentence):
    recording = RecordedDemonstrations([dataclasses.replace(SPEC, **change)])
    bench = SessionBench(rlpd_config(tmp_path), recording=recording)
    with pytest.raises(SpecMismatchError, match=sentence):
        bench.turn()


def test_a_record_that_breaks_the_spec_is_counted_and_left_out(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    records = make_episode(SPEC, length=4)
    broken = dataclasses.replace(records[1].observation, state=records[1].observation.state * math.nan)
    bench.feed(records[0], dataclasses.replace(records[1], observation=broken), *records[2:])
    bench.turn()
    assert bench.session.snapshot.training_steps == 3


def test_the_learner_pauses_visibly_while_a_person_has_yet_to_judge_an_episode(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    *before, last = make_episode(SPEC, episode="one", length=20)
    bench.feed(*before, dataclasses.replace(last, awaits_verdict=True))
    bench.turn(3)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.PAUSED, 0)
    assert "episode one awaits a person's verdict" in snapshot.detail
    bench.feed(EpisodeLabel(stamp_ns=1, episode="one", label="failure"))
    bench.turn(2)
    assert bench.session.snapshot.updates > 0
