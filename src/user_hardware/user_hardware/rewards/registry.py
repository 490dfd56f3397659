"""Which rewards there are."""

from __future__ import annotations

from user_core.registry import Registry

RULE = "rule"
CLASSIFIER = "classifier"
REWARDS = Registry(
    kind="reward",
    entries={
        "pose": "user_hardware.rewards.pose:PoseReward",
        RULE: "user_hardware.rewards.rule:RuleReward",
        CLASSIFIER: "user_hardware.rewards.classifier:ClassifierReward",
        "human": "user_hardware.rewards.human:HumanReward",
        "dense": "user_hardware.rewards.dense:DenseReward",
    },
    where="reward.name in config/tasks/<task>.yaml",
)
