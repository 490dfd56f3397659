from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workspace_setup.ros_prefix import repair_baked_paths, write_local_setup


def test_baked_paths_are_replaced_once(tmp_path: Path):
    file = tmp_path / "share" / "std_msgs" / "cmake" / "export.cmake"
    file.parent.mkdir(parents=True)
    file.write_text(
        "/opt/python/cp311-cp311/include/python3.11;"
        "/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include;/opt/other"
    )
    counts = [repair_baked_paths(prefix=tmp_path, python_include="/py", numpy_include="/np") for _ in range(2)]
    assert counts == [1, 0]
    assert file.read_text() == "/py;/np;/opt/other"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_local_setup_prepends_once_and_sets_the_guard(tmp_path: Path, shell: str):
    site_packages = tmp_path / "site-packages"
    (site_packages / "ros_rcl.libs").mkdir(parents=True)
    write_local_setup(prefix=tmp_path, site_packages=site_packages)
    script = (
        f". {tmp_path}/local_setup.{shell}; . {tmp_path}/local_setup.{shell}; "
        'printf "%s\\n" "$AMENT_PREFIX_PATH" "$LD_LIBRARY_PATH" "$PATH" "$_ROS_WHEELS_BOOTSTRAP_COMPLETE $ROS_DISTRO"'
    )
    environment = {"AMENT_PREFIX_PATH": "/a", "PATH": "/usr/bin:/bin"}
    output = subprocess.run(
        [shell, "-euc", script], env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert output == [
        f"{tmp_path}:/a",
        f"{tmp_path}/lib:{site_packages}/ros_rcl.libs",
        f"{tmp_path}/bin:/usr/bin:/bin",
        "1 kilted",
    ]
