"""Who may import whom, read from the source: the rules of the design, held by the AST."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree import ElementTree

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
PICKLES = {"pickle", "dill", "cloudpickle", "joblib"}
BLOCKING = {
    *("sleep", "sleep_for", "sleep_until", "wait", "join"),
    *("spin_until_future_complete", "wait_for_server", "wait_for_service", "wait_for_message"),
    *("call", "send_goal", "get_result"),
}
MAY_WAIT = {"real_time_loop.py": ["join", "wait"]}
"""The thread that moves a simulated world in real time waits for its next step, and its owner for its end."""
DEVICE_SDKS = {"pyrealsense2", "franky", "panda_py", "pyspacemouse", "hid"}


def source_files(package: str) -> list[Path]:
    return sorted((SRC / package / package).rglob("*.py"))


def all_modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(SRC / package).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in source_files(package)
    }


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


@pytest.mark.parametrize(
    "entry",
    ["user_bringup.launcher.command_line", "user_bringup.nodes.progress_node", "user_learner.nodes.replay_node"],
)
def test_what_must_start_at_once_does_not_wait_for_torch(entry: str) -> None:
    """Importing it takes seconds, and who reports a fault should be there before the others."""
    modules = all_modules()
    reached, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        path = modules[name]
        assert "torch" not in map(root, imports(path, top_level_only=True)), f"{entry} reaches {path}"
        waiting += imported_modules(path, modules) - reached


@pytest.mark.parametrize("package", PACKAGES)
def test_device_sdks_are_never_imported_at_module_level(package: str) -> None:
    for path in source_files(package):
        assert not {root(module) for module in imports(path, top_level_only=True)} & DEVICE_SDKS, path


def test_there_is_no_import_cycle() -> None:
    modules = all_modules()
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


def names_of(tree: ast.AST, module: str) -> set[str]:
    """Return the names under which a file knows a module: `import torch as t` makes it `t`."""
    found = {module}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname for alias in node.names if alias.asname and root(alias.name) == module}
    return found


def pickle_loads(source: str) -> list[str]:
    """Return what in a file could execute code out of a file: pickle and its like, and torch.load by any name."""
    tree = ast.parse(source)
    torch_names = names_of(tree, "torch")
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if root(alias.name) in PICKLES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            loads = root(node.module) == "torch" and {alias.name for alias in node.names} & {"load", "*"}
            found += [node.module] if root(node.module) in PICKLES or loads else []
        elif isinstance(node, ast.Attribute) and node.attr == "load":
            found += [ast.unparse(node)] if root(ast.unparse(node.value)) in torch_names else []
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_pickle_is_ever_loaded(package: str) -> None:
    for path in source_files(package):
        assert pickle_loads(path.read_text()) == [], path


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import torch\ntorch.load(path)",
        "import torch as t\nt.load(path)",
        "import torch\nread = torch.load",
        "from torch import load",
        "from torch import load as read",
        "from torch.serialization import load",
        "from torch import *",
        "import torch.jit\ntorch.jit.load(path)",
        "import numpy\nnumpy.load(path, allow_pickle=True)",
    ],
)
def test_no_way_to_load_a_pickle_slips_through(source: str) -> None:
    assert pickle_loads(source)


def test_other_loads_are_no_pickles() -> None:
    assert pickle_loads("import torch\nimport safetensors.numpy\nsafetensors.numpy.load(x)\npolicy.load(y)") == []


def blocking_calls(source: str) -> list[str]:
    """Return the calls in a file that wait for time or for another process."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            joins_text = name == "join" and isinstance(getattr(node.func, "value", None), ast.Constant)
            found += [name] if name in BLOCKING and not joins_text else []
    return sorted(found)


@pytest.mark.parametrize("folder", ["user_hardware/user_hardware", "user_core/user_core/ros"])
def test_nothing_in_the_control_path_waits(folder: str) -> None:
    for path in sorted((SRC / folder).rglob("*.py")):
        allowed = MAY_WAIT.get(path.name, [])
        assert blocking_calls(path.read_text()) == allowed, path


@pytest.mark.parametrize(
    "source",
    [
        "time.sleep(1)",
        "from time import sleep\nsleep(1)",
        "clock.sleep_for(pause)",
        "rclpy.spin_until_future_complete(node, future)",
        "client.wait_for_server()",
        "client.wait_for_service()",
        "rclpy.wait_for_message.wait_for_message(Pose, node, topic)",
        "client.send_goal(goal)",
        "client.call(request)",
        "handle.get_result()",
        "stopping.wait(1.0)",
        "thread.join()",
    ],
)
def test_no_call_that_waits_slips_through(source: str) -> None:
    assert len(blocking_calls(source)) == 1


def test_calls_that_return_at_once_do_not_count_as_waiting() -> None:
    assert blocking_calls("client.send_goal_async(goal)\nclient.call_async(request)\n', '.join(names)") == []


def test_user_hardware_names_exactly_the_packages_that_it_imports() -> None:
    modules = {root(module) for path in source_files("user_hardware") for module in imports(path)}
    imported = {name for name in modules if name in PACKAGES or name == "rclpy" or is_message_package(name)}
    depends = ElementTree.parse(SRC / "user_hardware" / "package.xml").getroot().iter("exec_depend")
    named = {str(item.text) for item in depends if "condition" not in item.attrib}
    libraries = {f"python3-{name}" for name in modules & {"numpy", "scipy", "yaml"}}
    assert named == (imported - {"user_hardware"}) | libraries
