"""A slow policy on a fast arm: what its action chunks do to the loop, and how one follows the other.

    ./user shell
    python -m benchmarks.chunk_timing --folder /tmp/chunk_timing --ticks 1000

It launches the simulation, its environment and policy_node by the clock, once for each way to blend chunks, with
every inference made `--inference-delay-s` longer. A flow that wanders in random directions stands in for what a
learner would send, so that chunks disagree where nothing joins them; it explores little, since the noise of practice
jumps at every step, whatever the chunks do. The exit status is 0 when no deadline was missed, every action was one of a
chunk's and executed as it was, and where chunks are joined, actions change as little there as within (on the mean, and
by a tenth more at most).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import rclpy
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from benchmarks.chunk_record import ChunkRecord, quantiles
from benchmarks.loop_record import LoopRecord, period_rows
from benchmarks.wandering import wandering_policy
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from user_core import types
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.ros.spec_conversion import spec_from_message
from user_core.run import RunFolder
from user_core.spec import EnvironmentSpec
from user_interfaces import msg
from user_learner.ros.weights_publisher import WeightsPublisher
from user_policies.blending.registry import BLENDERS
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig
from user_policies.weights.payload import pack
from user_policies.weights.version import WeightsVersion

_ROBOT = "arm_0"
_EXECUTED_TOLERANCE = 1e-3
_FLOW_STEPS = 8
_PRACTICE_NOISE_STD = 0.02
"""The noise of practice is another at every step: at its usual 0.4 it is most of every change, and hides the rest."""
_SMOOTH = 1.1


class LearningSide(Node):
    """Stands in for replay and learner, and listens to what the arm does.

    Args:
        run: UUID of the run.
    """

    def __init__(self, *, run: str) -> None:
        super().__init__("chunk_timing", enable_rosout=False, start_parameter_services=False)
        self._run = run
        self.spec: EnvironmentSpec | None = None
        self.chunks = ChunkRecord()
        self.loop = LoopRecord()
        self.inference_s: list[float] = []
        self._acknowledged: dict[str, int] = {}
        self._weights = WeightsPublisher(node=self)
        self._replay = self.create_publisher(msg.ReplayStatus, "/replay/status", qos.LATCHED)
        self._learner = self.create_publisher(msg.LearnerStatus, "/learner/status", qos.LATCHED)
        environment = f"/{_ROBOT}/environment"
        self.create_subscription(msg.EnvironmentSpec, f"{environment}/spec", self._on_spec, qos.LATCHED)
        self.create_subscription(msg.Observation, f"{environment}/observation", self._on_observation, qos.TRANSITIONS)
        self.create_subscription(msg.Transition, f"{environment}/transition", self._on_transition, qos.TRANSITIONS)
        self.create_subscription(msg.EpisodeSummary, f"{environment}/episode", self._acknowledge, qos.EPISODES)
        self.create_subscription(msg.ActionChunk, f"/{_ROBOT}/policy/action", self._on_chunk, qos.TRANSITIONS)
        self.create_timer(0.2, self._report)

    def send(self, tensors: Mapping[str, NDArray[Any]], *, policy: str) -> None:
        """Publish weights for the environment that was heard."""
        digest = "" if self.spec is None else self.spec.digest
        version = WeightsVersion(incarnation=1, update=1)
        self._weights.send(pack(tensors, run=self._run, version=version, name="", policy=policy, spec_digest=digest))

    def _on_spec(self, message: msg.EnvironmentSpec) -> None:
        self.spec = spec_from_message(message)
        self._acknowledge(message)

    def _on_observation(self, message: msg.Observation) -> None:
        self.loop.observe(message.episode, message.step, time.monotonic())

    def _on_transition(self, message: msg.Transition) -> None:
        self.chunks.close(from_message(message, types.Transition))
        self._acknowledge(message)

    def _on_chunk(self, message: msg.ActionChunk) -> None:
        chunk = from_message(message, types.ActionChunk)
        self.chunks.answer(chunk)
        if len(chunk.values):
            self.inference_s.append(chunk.inference_s)

    def _acknowledge(self, message: msg.EnvironmentSpec | msg.Transition | msg.EpisodeSummary) -> None:
        known = self._acknowledged.get(message.source, -1)
        self._acknowledged[message.source] = max(known, message.source_sequence)

    def _report(self) -> None:
        acknowledged = [
            msg.SourceAcknowledgement(source=source, source_sequence=sequence)
            for source, sequence in self._acknowledged.items()
            if sequence >= 0
        ]
        self._replay.publish(msg.ReplayStatus(run=self._run, log_id="benchmark", acknowledgements=acknowledged))
        self._learner.publish(msg.LearnerStatus(run=self._run, state="training", step_budget=-1))


def measure(blending: str, *, options: argparse.Namespace, trained: dict[str, NDArray[Any]]) -> LearningSide:
    """Run the graph with one way to blend chunks until so many steps were received; train where that is still to do."""
    config = PolicyConfig(
        name="flow_state",
        horizon=options.horizon,
        execute=options.execute,
        chunk_blending=blending,
        flow=FlowConfig(network="mlp", steps=_FLOW_STEPS, width=128),
    )
    folder: Path = options.folder / blending
    settings = {
        "policy.horizon": config.horizon,
        "policy.execute": config.execute,
        "policy.chunk_blending": config.chunk_blending,
        "policy.flow.steps": config.flow.steps,
        "policy.flow.width": config.flow.width,
        "policy.flow.practice_noise_std": _PRACTICE_NOISE_STD,
        "inference_delay_s": options.inference_delay_s,
    }
    environment = {"deterministic_share": 0.0}
    params = write_params(folder / "chunks.yaml", {"policy_node": settings, "environment_node": environment})
    arguments = {"policy": "flow_state", "algorithm": "sac_flow", "real_time_factor": 1.0, "config": params}
    run = folder / "run"
    common = {"folder": folder, "domain_id": options.domain_id}
    with (
        LaunchedGraph("peg_insertion", arguments={**arguments, "run": run, "role": "robot"}, **common) as robot,
        LaunchedGraph("peg_insertion", arguments={**arguments, "run": run, "role": "policy"}, **common),
    ):
        side = LearningSide(run=RunFolder(path=run).identity())
        executor = SingleThreadedExecutor()
        executor.add_node(side)
        end_s = time.monotonic() + options.limit_s
        sent = False
        while side.chunks.ticks < options.ticks and time.monotonic() < end_s and robot.status is None:
            executor.spin_once(timeout_sec=0.1)
            if side.spec is not None and not sent:
                sent = True
                if not trained:
                    trained |= wandering_policy(spec=side.spec, config=config, updates=options.updates).weights()
                side.send(trained, policy=config.name)
        executor.remove_node(side)
        side.destroy_node()
    return side


def is_right(chunks: ChunkRecord, *, joined: bool) -> bool:
    """Tell whether the loop kept its time, and the arm did what the chunks say.

    Args:
        chunks: What was received.
        joined: Whether one chunk is made to go on from the one before it.
    """
    within, between = chunks.jumps()
    is_smooth = bool(within and between) and fmean(between) <= _SMOOTH * fmean(within)
    kept = not (chunks.deadline_misses() or chunks.of_no_chunk() or chunks.altered(tolerance=_EXECUTED_TOLERANCE))
    return kept and (is_smooth or not joined)


def rows(side: LearningSide) -> list[tuple[str, str]]:
    """Return the figures of one way to blend chunks."""
    within, between = side.chunks.jumps()
    answers_ms = [1e3 * seconds for seconds in side.inference_s]
    return [
        ("steps", str(side.chunks.ticks)),
        ("deadline misses", str(side.chunks.deadline_misses())),
        *((name.removeprefix("loop: "), value) for name, value in period_rows("loop", side.loop.periods_s())[1:]),
        ("answer, mean / p95 / max, ms", quantiles(answers_ms)),
        ("chunks", str(sum(map(len, side.chunks.chunks.values())))),
        ("actions that are none of a chunk's", str(side.chunks.of_no_chunk())),
        ("executed otherwise, without a limit", str(side.chunks.altered(tolerance=_EXECUTED_TOLERANCE))),
        ("change within chunks, mean / p95 / max", quantiles(within)),
        ("change where chunks meet", quantiles(between)),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each way and print a table; return 1 when anything was not as it should be."""
    options = _parser().parse_args(arguments)
    rclpy.init(domain_id=options.domain_id)
    failed = False
    trained: dict[str, NDArray[Any]] = {}
    for blending in options.blending:
        side = measure(blending, options=options, trained=trained)
        print(
            f"\n{blending}: {options.execute} of {options.horizon} steps, +{options.inference_delay_s} s an inference"
        )
        for name, value in rows(side):
            print(f"  {name:<42}{value}", flush=True)
        failed |= side.chunks.ticks < options.ticks or not is_right(side.chunks, joined=blending != "none")
    rclpy.try_shutdown()
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="for the runs and their logs")
    parser.add_argument("--blending", nargs="+", choices=BLENDERS.names, default=["none", "ensembling", "real_time"])
    parser.add_argument("--ticks", type=int, default=1000, help="steps to receive of each")
    parser.add_argument("--inference-delay-s", type=float, default=0.3, help="by which an inference is made longer")
    parser.add_argument("--horizon", type=int, default=16, help="steps in a chunk")
    parser.add_argument("--execute", type=int, default=10, help="how many of them are meant to be executed")
    parser.add_argument("--updates", type=int, default=3000, help="of the policy that wanders, before it begins")
    parser.add_argument("--limit-s", type=float, default=1200.0, help="give up after so many seconds each")
    parser.add_argument("--domain-id", type=int, default=76, help="ROS_DOMAIN_ID of the graph")
    return parser


if __name__ == "__main__":
    sys.exit(main())
