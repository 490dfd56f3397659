from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode
from user_learner import memory_shortage
from user_learner.algorithms.pretraining import pretrainer
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.demonstrations import goal_labels, successful_demonstrations
from user_learner.algorithms.pretraining.imitation import Examples, imitate
from user_learner.algorithms.pretraining.pretrainer import begin_practice, pretrain
from user_learner.algorithms.pretraining.progress import PretrainingStopped, Progress
from user_learner.memory_shortage import MemoryShortageError, batch_size_named
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory
from user_policies.networks.gaussian_actor import GaussianActor
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest

SPEC = small_spec()
QUIET = Progress(report=lambda text, share: None, should_stop=lambda: False)
SHORT = PretrainingConfig(encoder_updates=3, imitation_updates=5, encoder_batch_size=4, threads=1)


def demonstrations(episodes: int = 5) -> SamplingMemory:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for number in range(episodes):
        for record in make_episode(SPEC, episode=f"episode-{number}", length=4, mode=Mode.COLLECT):
            memory.add(record)
    return memory


def make(name: str) -> ActorPolicy:
    return make_policy(spec=SPEC, config=PolicyConfig(name=name, hidden_sizes=(16,), encoder_outputs=4))


def make_actor() -> GaussianActor:
    torch.manual_seed(0)
    return GaussianActor(inputs=3, actions=2, hidden_sizes=(32,), log_std_min=-5, log_std_max=1)


def examples(features: torch.Tensor, actions: torch.Tensor) -> Examples:
    return Examples(features=lambda rows: features[rows], chunk=actions[:, None], weight=torch.ones(len(actions), 1))


def test_goal_label_is_the_way_to_where_the_episode_ended() -> None:
    poses = np.array([[0.02, 0.01, 0.1, 0, 0, 0], [0.01, 0.0, 0.05, 0, 0, 0], [0.005, -0.01, 0, 0, 0, 0]], np.float32)
    labels = goal_labels(poses, opening=np.empty(0, np.float32), axes=(0, 1), scale=0.01)
    np.testing.assert_allclose(labels, [[1.5, 2.0], [0.5, 1.0], [0.0, 0.0]], atol=1e-6)


def test_until_the_gripper_changes_the_goal_is_where_it_changes() -> None:
    poses = np.zeros((6, 6), np.float32)
    poses[:, 0] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    opening = np.array([1, 1, -1, -1, 1], np.float32)  # closes at .2, opens at .4, ends at .5
    labels = goal_labels(poses, opening=opening, axes=(0,), scale=0.1)
    np.testing.assert_allclose(labels[:, 0], [-2, -1, 0, -1, 0, 0], atol=1e-6)


def test_examples_are_all_steps_of_all_successes_but_the_last_record_which_has_no_action() -> None:
    memory = demonstrations(3)
    for record in make_episode(SPEC, episode="practice", length=4):
        memory.add(record)
    found = successful_demonstrations(memory, horizon=3, axes=(0, 1), scale=0.03)
    assert found.rows.tolist() == [row for row in range(15) if row not in {4, 9, 14}]
    assert found.actions.shape == (12, 3, SPEC.action_dim)
    assert found.goals.shape == (12, 2)


def test_pretraining_without_a_demonstration_is_refused() -> None:
    with pytest.raises(ValueError, match="no successful demonstration"):
        successful_demonstrations(demonstrations(0), horizon=1, axes=(), scale=1.0)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_without_updates_nothing_is_computed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = make(name)
    before = tensors_digest(policy.weights())
    config = PretrainingConfig(encoder_updates=0, imitation_updates=0)

    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing is asked for")

    monkeypatch.setattr(type(policy.network.features), "forward", refuse)
    monkeypatch.setattr(type(policy.network.actor), "imitation_loss", refuse)
    pretrain(policy, memory=demonstrations(), config=config, seed=0, progress=QUIET)
    assert tensors_digest(policy.weights()) == before


def test_features_are_computed_of_demonstrations_only_and_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    policy, memory = make("mlp"), demonstrations()
    for record in make_episode(SPEC, episode="practice", length=40):
        memory.add(record)
    seen: list[int] = []
    forward = type(policy.network.features).forward

    def see(extractor: FeatureExtractor, observations: ObservationBatch) -> torch.Tensor:
        seen.append(len(observations.states))
        return forward(extractor, observations)

    monkeypatch.setattr(type(policy.network.features), "forward", see)
    config = dataclasses.replace(SHORT, imitation_batch_size=6)
    pretrain(policy, memory=memory, config=config, seed=0, progress=QUIET)
    assert (sum(seen), max(seen)) == (5 * 4, 6)


def test_features_as_large_as_images_are_computed_as_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, drawn = make("cnn"), make("cnn")
    pretrain(kept, memory=demonstrations(), config=SHORT, seed=0, progress=QUIET)
    monkeypatch.setattr(pretrainer, "_MOST_KEPT", 0)
    pretrain(drawn, memory=demonstrations(), config=SHORT, seed=0, progress=QUIET)
    for name, tensor in kept.weights().items():
        np.testing.assert_allclose(drawn.weights()[name], tensor, atol=1e-6)


@pytest.mark.parametrize(
    ("batch_size", "parts", "processes", "advice"),
    [
        (64, 1, 1, "batch: 32 instead of 64"),
        (24, 1, 4, "batch: 8 instead of 24"),
        (64, 16, 1, "batch: 32 instead of 64"),
        (64, 64, 1, "a smaller policy"),
        (2, 1, 1, "a smaller policy"),
    ],
)
def test_the_batch_size_to_try_can_be_divided_as_the_one_before(
    monkeypatch: pytest.MonkeyPatch, batch_size: int, parts: int, processes: int, advice: str
) -> None:
    monkeypatch.setattr(memory_shortage, "process_count", lambda: processes)
    with pytest.raises(MemoryShortageError, match=f"try {advice}"), batch_size_named("batch", batch_size, parts=parts):
        raise MemoryError


@pytest.mark.parametrize(
    "said",
    [
        "[enforce fail] DefaultCPUAllocator: not enough memory",
        "CUDA error: out of memory",
        "CUBLAS_STATUS_ALLOC_FAILED",
    ],
)
def test_what_libraries_say_of_a_lack_of_memory_is_understood(said: str) -> None:
    with pytest.raises(MemoryShortageError, match="try batch: 32 instead of 64"), batch_size_named("batch", 64):
        raise RuntimeError(said)
    with pytest.raises(RuntimeError, match="of shapes"), batch_size_named("batch", 64):
        raise RuntimeError("mismatch of shapes")


@pytest.mark.parametrize(
    ("name", "method", "key"),
    [
        ("mlp", "actor.imitation_loss", "pretraining.imitation_batch_size"),
        ("cnn", "features.forward", "pretraining.imitation_batch_size"),
        ("cnn", "features.from_normalised", "pretraining.encoder_batch_size"),
    ],
)
def test_a_lack_of_memory_names_the_batch_size_of_its_phase(
    name: str, method: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = make(name)
    part, _, function = method.partition(".")

    def grab(*arguments: object, **named: object) -> None:
        torch.empty(1 << 50)

    monkeypatch.setattr(type(getattr(policy.network, part)), function, grab)
    config = dataclasses.replace(SHORT, encoder_updates=0 if function == "forward" else 2)
    with pytest.raises(MemoryShortageError) as shortage:
        pretrain(policy, memory=demonstrations(), config=config, seed=0, progress=QUIET)
    assert shortage.value.key == key


def test_imitation_learns_a_function_of_the_features() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(256, 3, generator=generator)
    actions = torch.tanh(features[:, :2] - features[:, 2:])
    actor = make_actor()
    imitate(
        actor,
        examples=examples(features[:200], actions[:200]),
        config=PretrainingConfig(imitation_updates=400, imitation_learning_rate=3e-3),
        seed=0,
        progress=QUIET,
    )
    unseen = examples(features[200:], actions[200:])
    loss = actor.imitation_loss(features[200:], chunk=unseen.chunk, weight=unseen.weight)
    assert float(loss.detach()) < 0.03


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_pretraining_is_the_same_for_the_same_seed(name: str) -> None:
    digests = []
    for _ in range(2):
        policy = make(name)
        pretrain(policy, memory=demonstrations(), config=SHORT, seed=3, progress=QUIET)
        digests.append(tensors_digest(policy.weights()))
    assert digests[0] == digests[1]


def test_pretraining_trains_the_encoder_and_the_average_follows() -> None:
    policy = make("cnn")
    before = policy.weights()
    pretrain(policy, memory=demonstrations(), config=SHORT, seed=0, progress=QUIET)
    after = policy.weights()
    for name in before:
        if name.startswith("features.encoders"):
            assert not np.array_equal(before[name], after[name]), name
        if name.startswith("ema.actor."):
            np.testing.assert_array_equal(after[name], after[name.removeprefix("ema.")])


def test_pretraining_stops_when_it_is_asked_to_and_puts_the_threads_back() -> None:
    threads = torch.get_num_threads()
    config = PretrainingConfig(encoder_updates=3, imitation_updates=5, threads=threads + 1)
    stopped = Progress(report=lambda text, share: None, should_stop=lambda: True)
    with pytest.raises(PretrainingStopped):
        pretrain(make("cnn"), memory=demonstrations(), config=config, seed=0, progress=stopped)
    assert torch.get_num_threads() == threads


def test_progress_is_told_in_words_and_shares() -> None:
    told: list[tuple[str, float]] = []
    progress = Progress(report=lambda text, share: told.append((text, share)), should_stop=lambda: False)
    for update in (0, 1, 50, 100):
        progress.at(what="encoder", update=update, updates=100)
    assert told == [
        ("encoder: 0 of 100 updates", 0.0),
        ("encoder: 50 of 100 updates", 0.5),
        ("encoder: 100 of 100 updates", 1.0),
    ]


@pytest.mark.parametrize("begin_from", ["imitation", "random"])
def test_practice_begins_from_the_actor_that_was_asked_for(begin_from: str) -> None:
    policy = make("mlp")
    untrained = policy.weights()
    config = PretrainingConfig(imitation_updates=20, begin_from=begin_from, begin_log_std=-1.5, threads=1)
    pretrain(policy, memory=demonstrations(), config=config, seed=0, progress=QUIET)
    imitated = policy.weights()
    begin_practice(policy, untrained=untrained, config=config)
    expected = imitated if begin_from == "imitation" else untrained
    np.testing.assert_array_equal(policy.weights()["actor.mean.weight"], expected["actor.mean.weight"])
    np.testing.assert_array_equal(policy.weights()["ema.actor.mean.weight"], expected["actor.mean.weight"])
    if begin_from == "imitation":
        np.testing.assert_allclose(policy.weights()["actor.log_std.bias"], -1.5)


def test_demonstrations_asked_for_at_launch_replace_the_files_unless_there_is_no_pretraining() -> None:
    assert PretrainingConfig(demonstrations=20).count == 20
    assert PretrainingConfig(demonstrations=20, demonstrations_asked=2).count == 2
    assert PretrainingConfig(demonstrations=0, demonstrations_asked=2).count == 0
