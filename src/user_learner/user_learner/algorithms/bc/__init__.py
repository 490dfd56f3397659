"""Behaviour cloning."""

from user_learner.algorithms.bc.config import BcConfig
from user_learner.algorithms.registry import AlgorithmEntry

ENTRY = AlgorithmEntry(config_type=BcConfig, learner="user_learner.algorithms.bc.learner:BcLearner")
