"""Who may import whom, read from the source: the rules of the design, held by the AST."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
PACKAGES = ("user_core", "user_hardware", "user_policies", "user_learner", "user_bringup")
ALLOWED = {
    "user_core": set(),
    "user_hardware": {"user_core"},
    "user_policies": {"user_core"},
    "user_learner": {"user_core", "user_policies"},
    "user_bringup": {"user_core", "user_hardware", "user_policies", "user_learner"},
}
TORCH = {"torch", "torchvision", "safetensors"}
ROS = {"rclpy", "rcl_interfaces", "rosidl_runtime_py", "ament_index_python", "launch", "launch_ros"}
DEVICE_SDKS = {"pyrealsense2", "franky", "panda_py", "pyspacemouse", "hid"}


def source_files(package: str) -> list[Path]:
    return sorted((SRC / package / package).rglob("*.py"))


def imports(path: Path, *, top_level_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def imported_modules(path: Path, modules: Collection[str]) -> set[str]:
    """Return which of `modules` a file imports at its top; `from package import module` means the module."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner if inner <= set(modules) else {str(node.module)}
    return found & set(modules)


def root(module: str) -> str:
    return module.partition(".")[0]


def is_message_package(name: str) -> bool:
    return name.endswith(("_msgs", "_interfaces", "_srvs", "_msg"))


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_the_rooms_they_may(package: str) -> None:
    for path in source_files(package):
        ours = {root(module) for module in imports(path)} & set(PACKAGES)
        assert ours - {package} <= ALLOWED[package], path


@pytest.mark.parametrize("package", PACKAGES)
def test_ros_is_imported_only_in_ros_and_nodes_folders(package: str) -> None:
    for path in source_files(package):
        if {"ros", "nodes"} & set(path.relative_to(SRC / package / package).parts):
            continue
        for module in imports(path):
            assert root(module) not in ROS, f"{path} imports {module}"
            assert not is_message_package(root(module)), f"{path} imports {module}"


@pytest.mark.parametrize("package", ["user_core", "user_hardware"])
def test_a_robot_machine_needs_no_torch(package: str) -> None:
    for path in source_files(package):
        assert not {root(module) for module in imports(path)} & TORCH, path


@pytest.mark.parametrize("package", PACKAGES)
def test_device_sdks_are_never_imported_at_module_level(package: str) -> None:
    for path in source_files(package):
        assert not {root(module) for module in imports(path, top_level_only=True)} & DEVICE_SDKS, path


def test_there_is_no_import_cycle() -> None:
    modules = {
        ".".join(path.relative_to(SRC / package).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in source_files(package)
    }
    graph = {name: imported_modules(path, modules) - {name} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for target in graph[name]:
                visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("package", PACKAGES)
def test_one_person_can_read_every_file(package: str) -> None:
    for path in source_files(package):
        lines = len(path.read_text().splitlines())
        limit = 180 if path.parent.name == "nodes" else 310
        assert lines <= limit, f"{path} has {lines} lines"


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wall_clock_is_never_read_as_time(package: str) -> None:
    for path in source_files(package):
        assert "time.time()" not in path.read_text(), path


@pytest.mark.parametrize("package", PACKAGES)
def test_no_pickle_is_ever_loaded(package: str) -> None:
    for path in source_files(package):
        assert not {root(module) for module in imports(path)} & {"pickle", "dill", "cloudpickle", "joblib"}, path
        assert "torch.load(" not in path.read_text(), path
