"""Human-gated dataset aggregation: imitation that goes on while a person corrects."""

from user_learner.algorithms.hg_dagger.config import HgDaggerConfig
from user_learner.algorithms.registry import AlgorithmEntry

ENTRY = AlgorithmEntry(config_type=HgDaggerConfig, learner="user_learner.algorithms.hg_dagger.learner:HgDaggerLearner")
