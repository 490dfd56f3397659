"""Soft actor-critic."""

from user_learner.algorithms.registry import AlgorithmEntry
from user_learner.algorithms.sac.config import SacConfig
from user_learner.algorithms.sac.learner import SacLearner

ENTRY = AlgorithmEntry(config_type=SacConfig, learner_type=SacLearner)
