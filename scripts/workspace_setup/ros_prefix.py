"""The two repairs that turn a virtual environment with ROS 2 wheels into a ROS prefix.

The wheels were built elsewhere and carry that machine's include paths, and a virtual environment has no
``local_setup`` script, without which colcon does not chain it as an underlay. Run by the virtual environment's own
interpreter: ``PYTHONPATH=scripts .venv/bin/python -m workspace_setup.ros_prefix``. Repeating it changes nothing.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

ROS_DISTRO = "kilted"

_BAKED_NUMPY = re.compile(r"/opt/python/cp3\d+-cp3\d+/lib/python3\.\d+/site-packages/numpy/_core/include")
_BAKED_PYTHON = re.compile(r"/opt/python/cp3\d+-cp3\d+/include/python3\.\d+")

# One script serves sh, bash and zsh; colcon sources the flavour of the shell it runs in. The guard variable stops the
# wheels' .pth file from executing Python a second time only to set LD_LIBRARY_PATH, which is set here.
_LOCAL_SETUP = """\
# Written by scripts/workspace_setup/ros_prefix.py: makes this virtual environment a ROS 2 prefix.
_user_prepend() {{
  eval "_user_old=\\"\\${{$1-}}\\""
  case ":$_user_old:" in
    *":$2:"*) ;;
    *) eval "export $1=\\"$2\\${{_user_old:+:}}\\$_user_old\\"" ;;
  esac
  unset _user_old
}}
_user_prepend AMENT_PREFIX_PATH "{prefix}"
_user_prepend CMAKE_PREFIX_PATH "{prefix}"
_user_prepend PATH "{prefix}/bin"
{libraries}
unset -f _user_prepend
export ROS_DISTRO={distro}
export ROS_VERSION=2
export ROS_PYTHON_VERSION=3
export Python3_ROOT_DIR="{prefix}"
export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1
export USER_ROS_WHEELS="{prefix}"
"""


def repair_baked_paths(*, prefix: Path, python_include: str, numpy_include: str) -> int:
    """Replaces the wheel builder's include paths in the CMake files of a prefix.

    Returns:
        The number of files that were changed.
    """
    changed = 0
    for cmake_file in sorted(prefix.glob("share/*/cmake/*.cmake")):
        text = cmake_file.read_text(encoding="utf-8")
        repaired = _BAKED_PYTHON.sub(lambda _: python_include, _BAKED_NUMPY.sub(lambda _: numpy_include, text))
        if repaired != text:
            cmake_file.write_text(repaired, encoding="utf-8")
            changed += 1
    return changed


def write_local_setup(*, prefix: Path, site_packages: Path) -> None:
    """Writes ``local_setup.{sh,bash,zsh}`` into the root of a prefix."""
    library_folders = [*sorted(site_packages.glob("ros_*.libs")), prefix / "lib"]
    text = _LOCAL_SETUP.format(
        prefix=prefix,
        distro=ROS_DISTRO,
        libraries="\n".join(f'_user_prepend LD_LIBRARY_PATH "{folder}"' for folder in library_folders),
    )
    for shell in ("sh", "bash", "zsh"):
        (prefix / f"local_setup.{shell}").write_text(text, encoding="utf-8")


def main() -> int:
    """Repairs the prefix of the interpreter that runs this file."""
    import numpy

    prefix = Path(sys.prefix)
    changed = repair_baked_paths(
        prefix=prefix, python_include=sysconfig.get_path("include"), numpy_include=numpy.get_include()
    )
    write_local_setup(prefix=prefix, site_packages=Path(sysconfig.get_path("purelib")))
    print(f"repaired {changed} CMake files of {prefix}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
