"""Soft actor-critic."""

from user_learner.algorithms.registry import AlgorithmEntry
from user_learner.algorithms.sac.config import SacConfig

ENTRY = AlgorithmEntry(config_type=SacConfig, learner="user_learner.algorithms.sac.learner:SacLearner")
