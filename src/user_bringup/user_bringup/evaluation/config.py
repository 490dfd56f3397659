"""Parameters of the progress node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter


@dataclass(frozen=True, kw_only=True)
class StopConfig:
    """When a training run ends by itself."""

    at_success_rate: float = parameter(
        0.95, "success rate of the periodic evaluations that ends the run; 2 = never", minimum=0.0, maximum=2.0
    )
    at_wilson_low: float = parameter(
        0.0, "lower end of the 95 % Wilson interval asked for as well; 0 = none", minimum=0.0, maximum=1.0
    )
    confirmations: int = parameter(
        2, "evaluations in a row that must reach the rate; the next follows at once", minimum=1, maximum=20
    )
    max_environment_steps: int = parameter(0, "training steps of the run; 0 = no limit", minimum=0)
    max_wall_s: float = parameter(0.0, "wall seconds of the run over all its launches; 0 = no limit", minimum=0.0)


@dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """How often and how long the policy is evaluated."""

    every_steps: int = parameter(500, "training steps from one periodic evaluation to the next; 0 = none", minimum=0)
    first_at_steps: int = parameter(500, "training steps before the first periodic evaluation", minimum=0)
    at_start: bool = parameter(False, "evaluate once before the first training step")
    episodes: int = parameter(20, "episodes of a periodic evaluation", minimum=1, maximum=10_000)
    final_episodes: int = parameter(100, "episodes of the final evaluation; 0 = none", minimum=0, maximum=10_000)
    imitation_version: str = parameter(
        "imitation", "named version that is run on the final seeds for comparison; empty = none"
    )
    policy_version: str = parameter("", "purpose evaluate: version or name to evaluate; empty = the newest")
    fixed_shares: bool = parameter(
        False, "robot i of N runs every N-th seed and no other, for robots at different tasks"
    )
    final_limit_s: float = parameter(
        900.0,
        "wall seconds after which an unfinished evaluation is left out: from the end of practice, and from its last "
        "episode where nothing but the evaluation is done",
        minimum=1.0,
    )


@dataclass(frozen=True, kw_only=True)
class CollectConfig:
    """Demonstrations."""

    enabled: bool = parameter(True, "false for algorithms that learn without demonstrations")
    demonstrations_needed: int = parameter(
        0, "successful episodes to collect where `demonstrations` is no bag yet; 0 = none", minimum=0
    )
    demonstrations_asked: int = parameter(
        0, "the launch argument demonstrations_needed; 0 = demonstrations_needed of the params files", minimum=0
    )
    reward_episodes: int = parameter(
        100, "purpose collect_reward_data: episodes, whatever becomes of them", minimum=1, maximum=100_000
    )
    max_failure_rate: float = parameter(
        0.9,
        "collection stops with an error above this rate of failures, judged from 20 episodes on",
        minimum=0.0,
        maximum=1.0,
    )

    @property
    def count(self) -> int:
        """Successes to collect; 0 = none."""
        return (self.demonstrations_asked or self.demonstrations_needed) if self.enabled else 0


@dataclass(frozen=True, kw_only=True)
class ProgressConfig:
    """All parameters of the progress node."""

    run_folder: str = parameter("", "folder of the run; its tables and report are kept there")
    purpose: str = parameter(
        "train",
        "what this launch is for",
        choices=("train", "collect", "evaluate", "evaluate_operator", "collect_reward_data"),
    )
    robots: tuple[str, ...] = parameter(("arm_0",), "names of the arms that run evaluation episodes")
    task: str = parameter("", "name of the task, for the report")
    algorithm: str = parameter("", "name of the algorithm, for the report")
    policy: str = parameter("", "name of the policy, for the report")
    privileged_inputs: str = parameter(
        "", "state groups that the policy reads and a real robot would not have, separated by commas"
    )
    seed: int = parameter(0, "seed of the run; evaluation seeds are drawn from it", minimum=0, maximum=2**31 - 1)
    demonstrations: str = parameter("", "bag of demonstrations; one that is there is not collected again")
    setup_s: float = parameter(0.0, "seconds that the set-up of this machine took before the launch", minimum=0.0)
    launched_at_s: float = parameter(
        0.0, "this machine's monotonic clock when the launch began; 0 = when the node started", minimum=0.0
    )
    line_period_s: float = parameter(10.0, "seconds between plain progress lines", minimum=0.1, maximum=3600.0)
    terminal: str = parameter("", "terminal device for the live line; empty = standard output when it is a terminal")
    stop: StopConfig = group(StopConfig)
    evaluation: EvaluationConfig = group(EvaluationConfig)
    collect: CollectConfig = group(CollectConfig)
