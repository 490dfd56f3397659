"""The folder of an evaluation: its request and the weights it is about, both written before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from user_bringup.evaluate.arguments import EvaluateArguments
from user_bringup.evaluate.trained_policy import TrainedPolicy
from user_bringup.evaluation.evaluation_request import OPERATOR, EvaluationRequest
from user_core.errors import ConfigurationError
from user_core.run import RunFolder
from user_policies.tensors import tensors_digest
from user_policies.weights.payload import pack
from user_policies.weights.store import WeightsStore

_POLICY_NODE = "policy_node"
"""policy_node looks for its weights in the folder of its own name."""


def request_for(
    arguments: EvaluateArguments, trained: TrainedPolicy | None, *, passed_on: Mapping[str, str]
) -> EvaluationRequest:
    """Return what the folder is to hold.

    Args:
        arguments: Of the command line.
        trained: What `checkpoint:=` named; None for a person.
        passed_on: The `decisive_arguments`.

    Raises:
        ConfigurationError: When the checkpoint is of another task or policy than the arguments name.
    """
    if trained is None:
        return EvaluationRequest(
            task=arguments.task,
            policy=OPERATOR,
            seed=arguments.seed,
            episodes=arguments.episodes,
            passed_on=passed_on,
        )
    facts = trained.facts
    policy = facts.policy if facts is not None else arguments.policy or trained.registry_name
    algorithm = facts.algorithm if facts is not None else arguments.passed_on.get("algorithm", "rlpd")
    task = facts.task if facts is not None else (trained.spec or {}).get("task", arguments.task)
    if task != arguments.task:
        raise _wrong("checkpoint", trained.source, f"one of task {arguments.task}; this one has learned {task}")
    if arguments.policy not in ("", policy):
        allowed = f"{policy}, which is what {trained.source} holds; leave policy:= out"
        raise _wrong("policy", arguments.policy, allowed)
    if arguments.passed_on.get("algorithm", algorithm) != algorithm:
        allowed = f"{algorithm}, which trained {trained.source}; leave algorithm:= out"
        raise _wrong("algorithm", arguments.passed_on["algorithm"], allowed)
    return EvaluationRequest(
        task=arguments.task,
        policy=policy,
        algorithm=algorithm,
        checkpoint=str(trained.source.absolute()),
        version=trained.name or str(trained.version),
        weights_digest=tensors_digest(trained.tensors),
        seed=arguments.seed,
        episodes=arguments.episodes,
        spec_digest=trained.spec_digest,
        spec=trained.spec,
        passed_on=passed_on,
    )


def prepare_folder(folder: Path, request: EvaluationRequest, trained: TrainedPolicy | None) -> None:
    """Make the folder, or check that it is that of the same evaluation.

    Raises:
        ConfigurationError: When it holds another evaluation, or is no evaluation's folder.
        LogError: When it cannot be written.
        WeightsError: When the weights cannot be.
    """
    there = EvaluationRequest.read(folder)
    differing = [] if there is None else request.differences(there)
    if differing:
        allowed = f"a folder of its own: this one evaluates something else ({'; '.join(differing)})"
        raise _wrong("run", folder, allowed)
    if there is None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise _wrong("run", folder, "a folder that does not exist yet, or that of this evaluation; this is neither")
        request.write(folder)
    if trained is not None:
        _save_weights(RunFolder(path=folder), trained)


def _save_weights(run: RunFolder, trained: TrainedPolicy) -> None:
    """Keep the weights as policy_node would have; those that are there already are left."""
    store = WeightsStore(folder=run.policy / _POLICY_NODE)
    store.open(run.identity())
    store.save(
        pack(
            trained.tensors,
            run=run.identity(),
            version=trained.version,
            name="",
            policy=trained.registry_name,
            spec_digest=trained.spec_digest,
        )
    )


def _wrong(key: str, value: object, allowed: str) -> ConfigurationError:
    return ConfigurationError(key=key, value=str(value), allowed=allowed, where=f"the argument {key}:=")
