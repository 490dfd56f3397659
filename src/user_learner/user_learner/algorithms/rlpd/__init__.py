"""Reinforcement learning with prior data: SAC whose batches are half demonstrations."""

from user_learner.algorithms.registry import AlgorithmEntry
from user_learner.algorithms.rlpd.config import RlpdConfig

ENTRY = AlgorithmEntry(config_type=RlpdConfig, learner="user_learner.algorithms.rlpd.learner:RlpdLearner")
