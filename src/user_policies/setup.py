"""Installs user_policies: its modules, executables."""

from setuptools import find_packages, setup

PACKAGE = "user_policies"

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
    description="Networks, policies, processing and the policy node of USER for ROS 2.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "policy_node = user_policies.nodes.policy_node:main",
            "reward_node = user_policies.nodes.reward_node:main",
        ],
    },
)
