"""Installs user_core: its modules."""

from setuptools import find_packages, setup

PACKAGE = "user_core"

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
    description="Shared vocabulary of USER for ROS 2: specs, interfaces, configuration, transforms and the log.",
    license="Apache-2.0",
)
