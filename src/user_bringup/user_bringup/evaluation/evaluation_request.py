"""evaluation.json: what an evaluation folder is to hold, so that an interrupted evaluation goes on as it began."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from user_bringup.evaluation.seeds import SeedPlan
from user_core.errors import LogError
from user_core.run import write_atomically
from user_core.spec import EnvironmentSpec

_FILE = "evaluation.json"
_NOT_ASKED = ("spec", "spec_digest", "passed_on")

OPERATOR = "operator"
"""In the place of a policy's name: the person at the device performs the episodes."""

LEFT_OUT = "left out"
"""In the place of an argument's value: none was given."""


@dataclass(frozen=True, kw_only=True)
class EvaluationRequest:
    """Who performs which episodes.

    Attributes:
        task: Name of the task.
        policy: Name of a file in config/policies, or `OPERATOR`.
        algorithm: That trained it; "" for a person.
        checkpoint: Where the weights were taken from; "" for a person.
        version: Of the weights.
        weights_digest: Over all tensors.
        seed: The list of seeds is derived from it.
        episodes: Length of the list.
        spec_digest: Of the environment that the weights were trained in; "" for a person.
        spec: The meaning of that spec; None where it is not known.
        passed_on: Launch arguments that decide what is evaluated, such as `robot` and `reward`, by name.
    """

    task: str
    policy: str
    algorithm: str = ""
    checkpoint: str = ""
    version: str = ""
    weights_digest: str = ""
    seed: int
    episodes: int
    spec_digest: str = ""
    spec: Mapping[str, Any] | None = None
    passed_on: Mapping[str, str] = field(default_factory=dict)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the reset seeds, which no training uses; the same for everybody who is given the same seed."""
        return SeedPlan(run_seed=self.seed).final(used=0, count=self.episodes)

    @classmethod
    def read(cls, folder: Path) -> EvaluationRequest | None:
        """Return the request of a folder, None where there is none. Raises LogError when it is damaged."""
        path = folder / _FILE
        if not path.exists():
            return None
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise LogError(f"{path} is damaged ({error}); evaluate into another folder with run:=") from error

    def write(self, folder: Path) -> None:
        """Keep the request. Raises LogError when the folder cannot be written."""
        path = folder / _FILE
        try:
            write_atomically(path, (json.dumps(dataclasses.asdict(self), indent=1) + "\n").encode())
        except OSError as error:
            raise LogError(f"{path} cannot be written ({error}); free space or change run:=") from error

    def differences(self, other: EvaluationRequest) -> list[str]:
        """Return what another request asks for differently, as `name: this, not that`."""
        names = [item.name for item in dataclasses.fields(self) if item.name not in _NOT_ASKED]
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        pairs += [
            (name, self.passed_on.get(name, LEFT_OUT), other.passed_on.get(name, LEFT_OUT))
            for name in sorted(self.passed_on.keys() | other.passed_on.keys())
        ]
        return [f"{name}: {mine}, not {others}" for name, mine, others in pairs if mine != others]

    def misfit(self, spec: EnvironmentSpec) -> str:
        """Return why the weights cannot act in an environment, in one sentence; "" when they can."""
        if self.spec_digest in ("", spec.digest):
            return ""
        here = json.loads(json.dumps(spec.meaning))
        if self.spec is None:
            differing = f"its digest is {self.spec_digest[:12]}, here it is {spec.digest[:12]}"
        else:
            differing = "; ".join(
                f"{name} was {self.spec.get(name)}, here it is {value}"
                for name, value in here.items()
                if value != self.spec.get(name)
            )
        return (
            f"{self.checkpoint} was trained in another environment: {differing}; "
            "evaluate with the same task, robot:=, policy:= and config:="
        )
