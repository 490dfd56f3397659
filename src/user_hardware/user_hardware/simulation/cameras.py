"""Images of the scene's cameras, by OpenGL where it works and by ray casting where it does not."""

from __future__ import annotations

import logging
from typing import Protocol

import mujoco

from user_core.errors import ConfigurationError, UnknownNameError
from user_core.types import ImageArray
from user_hardware.simulation.config import CameraConfig
from user_hardware.simulation.gl_renderer import GlRenderer
from user_hardware.simulation.ray_caster import RayCaster
from user_hardware.simulation.scene_model import CAMERA_NAMES

_LOGGER = logging.getLogger(__name__)
_WHERE = "cameras.* of simulation_node"
_SCATTER = 2654435761  # Knuth's multiplicative hash


class Renderer(Protocol):
    """Draws one camera of a model."""

    def render(self, data: mujoco.MjData, *, camera: int) -> ImageArray:
        """Return a new (H, W, 3) uint8 RGB image."""

    def close(self) -> None:
        """Free what the renderer holds."""


class SceneCameras:
    """The cameras of one world; the renderer is made by, and belongs to, the thread that first asks for an image."""

    def __init__(self, *, model: mujoco.MjModel, config: CameraConfig) -> None:
        """Check the names.

        Raises:
            UnknownNameError: For a camera that the scene does not have.
        """
        for name in config.names:
            if name not in CAMERA_NAMES:
                raise UnknownNameError(kind="camera", name=name, choices=list(CAMERA_NAMES), where=_WHERE)
        self._model = model
        self._config = config
        self._ids = {name: model.camera(name).id for name in config.names}
        self._renderer: Renderer | None = None

    def render(self, data: mujoco.MjData, *, name: str) -> ImageArray:
        """Return a new (H, W, 3) uint8 RGB image.

        Raises:
            UnknownNameError: For a camera that is not configured.
            ConfigurationError: When OpenGL is insisted on and not available.
        """
        if name not in self._ids:
            raise UnknownNameError(kind="camera", name=name, choices=list(self._ids), where=_WHERE)
        if self._renderer is None:
            self._renderer = self._make_renderer()
        return _as_a_sensor_sees(self._renderer.render(data, camera=self._ids[name]), time_s=data.time)

    def close(self) -> None:
        """Free the graphics context; a later `render` makes a new one."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None

    def _make_renderer(self) -> Renderer:
        size = {"height": self._config.height, "width": self._config.width}
        if self._config.renderer == "ray_cast":
            return RayCaster(model=self._model, **size)
        try:
            return GlRenderer(model=self._model, **size)
        except (ImportError, RuntimeError, AttributeError, mujoco.FatalError) as error:
            if self._config.renderer == "gl":
                raise ConfigurationError(
                    key="cameras.renderer",
                    value="gl",
                    allowed=f"auto or ray_cast: no OpenGL context can be made here ({error})",
                    where=_WHERE,
                ) from error
            _LOGGER.warning("no OpenGL context (%s): cameras are drawn by ray casting", error)
            return RayCaster(model=self._model, **size)


def _as_a_sensor_sees(image: ImageArray, *, time_s: float) -> ImageArray:
    """Change one value by one, another at each time: who sees the same twice is taken for frozen."""
    values = image.reshape(-1)
    values[round(time_s * 1e6) * _SCATTER % values.size] ^= 1
    return image
