"""Installs user_bringup: its modules, executables, launch files and configuration."""

from pathlib import Path

from setuptools import find_packages, setup

PACKAGE = "user_bringup"

SHARED_FOLDERS = ("launch", "config")


def shared_files() -> list[tuple[str, list[str]]]:
    """Lists every file of the shared folders with the folder that it is installed to."""
    return [
        (f"share/{PACKAGE}/{path.parent}", [str(path)])
        for folder in SHARED_FOLDERS
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    ]


setup(
    name=PACKAGE,
    version="0.1.0",
    packages=find_packages(),
    package_data={"": ["py.typed", "*.xml", "*.yaml", "*.html", "*.css", "*.js", "*.png", "*.md"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
        *shared_files(),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="USER for ROS 2 maintainers",
    maintainer_email="maintainers@user-ros2.invalid",
    description="Launch files, configuration, progress and report of USER for ROS 2.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "progress = user_bringup.nodes.progress:main",
            "progress_node = user_bringup.nodes.progress_node:main",
            "report = user_bringup.report.command_line:main",
            "teach_pose = user_bringup.nodes.teach_pose:main",
            "dataset = user_bringup.dataset.command_line:main",
            "convert = user_bringup.convert.command_line:main",
            "collect_reward_data = user_bringup.launcher.collect_reward_data:main",
            "launch = user_bringup.launcher.command_line:main",
            "bag = user_bringup.bag.command_line:main",
            "evaluate = user_bringup.evaluate.command_line:main",
        ],
    },
)
