"""What a trained classifier is for and how good it is: kept with its weights, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from user_core.errors import WeightsError
from user_core.spec import CameraSpec, EnvironmentSpec


@dataclass(frozen=True, kw_only=True)
class ClassifierCard:
    """Everything about a classifier but its weights.

    Attributes:
        task: Name of the task.
        cameras: That it looks at, in its order, a part of the environment's.
        threshold: Probability from which a picture counts as a success.
        false_positive_rate: Asked for on the validation episodes, from which the threshold was chosen.
        figures: What was measured on held-out episodes, by name.
        data_digest: sha256 over the records that it was trained and tested on.
    """

    task: str
    cameras: tuple[CameraSpec, ...]
    threshold: float
    false_positive_rate: float
    figures: dict[str, float]
    data_digest: str

    def mismatch(self, spec: EnvironmentSpec) -> str:
        """Return why it cannot judge an environment, naming both sides, or ""."""
        own, theirs = _described(self.task, self.cameras), _described(spec.task, spec.cameras)
        if self.task == spec.task and set(self.cameras) <= set(spec.cameras):
            return ""
        return f"the classifier was trained for {own}, this environment has {theirs}"

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> ClassifierCard:
        """Undo `to_json`. Raises WeightsError for a text that is no card."""
        try:
            values = json.loads(text)
            values["cameras"] = tuple(CameraSpec(**{**c, "crop": tuple(c["crop"])}) for c in values["cameras"])
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise WeightsError(f"the description of the classifier cannot be read: {error!r}; train it anew") from error


def _described(task: str, cameras: tuple[CameraSpec, ...]) -> str:
    each = [f"{c.name} {c.width}x{c.height} ({_crop(c.crop)})" for c in cameras]
    return f"task {task} and {', '.join(each) or 'no cameras'}"


def _crop(crop: tuple[int, int, int, int]) -> str:
    return f"crop {list(crop)}" if any(crop) else "centred square"
