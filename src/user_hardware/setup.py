"""Installs user_hardware: its modules, executables."""

from setuptools import find_packages, setup

PACKAGE = "user_hardware"

setup(
    name=PACKAGE,
    version="0.1.0",
    packages=find_packages(),
    package_data={"": ["py.typed", "*.xml", "*.yaml", "*.html", "*.png", "*.md"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{PACKAGE}"]),
        (f"share/{PACKAGE}", ["package.xml"]),
    ],
    install_requires=["setuptools"],
    zip_safe=False,
    maintainer="USER for ROS 2 maintainers",
    maintainer_email="maintainers@user-ros2.invalid",
    description="Robots, cameras, grippers, teleoperation, simulation and the environment of USER for ROS 2.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "simulation_node = user_hardware.nodes.simulation_node:main",
            "operator_node = user_hardware.nodes.operator_node:main",
            "environment_node = user_hardware.nodes.environment_node:main",
            "recorder_node = user_hardware.nodes.recorder_node:main",
            "operator_console = user_hardware.nodes.operator_console:main",
        ],
    },
)
