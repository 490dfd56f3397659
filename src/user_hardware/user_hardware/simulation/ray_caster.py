"""Camera images without any graphics library: one ray per pixel, Lambert shading."""

from __future__ import annotations

import mujoco
import numpy as np

from user_core.types import ImageArray

_AMBIENT = 0.35
_HEADLIGHT = 0.35
_FAR_M = 10.0


class RayCaster:
    """Draws one model's cameras by casting rays; slower above 64 pixels, but it needs nothing but a CPU."""

    def __init__(self, *, model: mujoco.MjModel, height: int, width: int) -> None:
        """Prepare buffers; rays of a camera are computed when it is first asked for."""
        self._model = model
        self._height = height
        self._width = width
        self._rays: dict[int, np.ndarray] = {}
        count = height * width
        self._geoms = np.zeros(count, np.int32)
        self._distances = np.zeros(count)
        self._normals = np.zeros(3 * count)

    def render(self, data: mujoco.MjData, *, camera: int) -> ImageArray:
        """Return a new (H, W, 3) uint8 RGB image; camera and light poses of `data` are up to date."""
        if camera not in self._rays:
            self._rays[camera] = self._camera_rays(camera)
        rotation = data.cam_xmat[camera].reshape(3, 3)
        rays = self._rays[camera] @ rotation.T  # (H*W, 3) in the base frame
        mujoco.mj_multiRay(
            self._model,
            data,
            data.cam_xpos[camera],
            rays.ravel(),
            None,
            1,
            -1,
            self._geoms,
            self._distances,
            self._normals,
            len(rays),
            _FAR_M,
        )
        normals = self._normals.reshape(-1, 3)
        lamp = np.maximum(normals @ -data.light_xdir[0], 0.0)[:, None] * self._model.light_diffuse[0]  # (H*W, 3)
        facing = np.abs(np.einsum("ij,ij->i", normals, rays))[:, None]
        colours = self._model.geom_rgba[self._geoms, :3] * (_AMBIENT + _HEADLIGHT * facing + lamp)
        colours[self._geoms < 0] = 0.0
        pixels = np.clip(colours * 255.0, 0.0, 255.0).astype(np.uint8)
        return pixels.reshape(self._height, self._width, 3)

    def close(self) -> None:
        """Do nothing: there is no context to free."""

    def _camera_rays(self, camera: int) -> np.ndarray:
        """Return (H*W, 3) unit rays in the camera's frame, which looks along -z with y up."""
        half_height = np.tan(np.deg2rad(float(self._model.cam_fovy[camera])) / 2)
        half_width = half_height * self._width / self._height
        x = ((np.arange(self._width) + 0.5) / self._width * 2 - 1) * half_width
        y = (1 - (np.arange(self._height) + 0.5) / self._height * 2) * half_height
        grid_x, grid_y = np.meshgrid(x, y)
        rays = np.stack([grid_x, grid_y, -np.ones_like(grid_x)], axis=-1).reshape(-1, 3)
        unit: np.ndarray = rays / np.linalg.norm(rays, axis=1, keepdims=True)
        return unit
