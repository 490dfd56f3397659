"""Installs user_learner: its modules, executables."""

from setuptools import find_packages, setup

PACKAGE = "user_learner"

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
    description="The durable replay log, the learning algorithms and the learner node of USER for ROS 2.",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "replay_node = user_learner.nodes.replay_node:main",
            "learner_node = user_learner.nodes.learner_node:main",
            "train_reward = user_learner.reward_training.command_line:main",
        ],
    },
)
