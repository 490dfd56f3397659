"""Camera images by OpenGL without a screen (EGL)."""

from __future__ import annotations

import os

import mujoco
import numpy as np

from user_core.types import ImageArray

_MAX_GEOMS = 200
_SWITCHED_OFF = (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION)


class GlRenderer:
    """Draws one model's cameras off screen; a context belongs to the thread that made it."""

    def __init__(self, *, model: mujoco.MjModel, height: int, width: int) -> None:
        """Make a GL context.

        Raises:
            RuntimeError: When no off-screen context can be made on this machine.
            ImportError: When the EGL library is missing.
        """
        # Mesa's software rasteriser starts a thread per core, which only disturbs the control loop at these sizes.
        os.environ.setdefault("LP_NUM_THREADS", "1")
        from mujoco.egl import GLContext  # noqa: PLC0415 - fails where there is no EGL; the caller falls back

        self._model = model
        self._context = GLContext(width, height)
        self._context.make_current()
        self._scene = mujoco.MjvScene(model, _MAX_GEOMS)
        for flag in _SWITCHED_OFF:
            self._scene.flags[flag] = 0
        self._option = mujoco.MjvOption()
        self._option.sitegroup[:] = 0
        self._renderer = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._renderer)
        self._viewport = mujoco.MjrRect(0, 0, width, height)
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._perturbation = mujoco.MjvPerturb()
        self._pixels = np.zeros((height, width, 3), np.uint8)

    def render(self, data: mujoco.MjData, *, camera: int) -> ImageArray:
        """Return a new (H, W, 3) uint8 RGB image; camera and light poses of `data` are up to date."""
        self._camera.fixedcamid = camera
        mujoco.mjv_updateScene(
            self._model, data, self._option, self._perturbation, self._camera, mujoco.mjtCatBit.mjCAT_ALL, self._scene
        )
        mujoco.mjr_render(self._viewport, self._scene, self._renderer)
        mujoco.mjr_readPixels(self._pixels, None, self._viewport, self._renderer)
        return np.ascontiguousarray(self._pixels[::-1])

    def close(self) -> None:
        """Free the context; the renderer cannot be used afterwards."""
        self._renderer.free()
        self._context.free()
