"""SAC-Flow: soft actor-critic whose actor is a flow, on the data of RLPD."""

from user_learner.algorithms.registry import AlgorithmEntry
from user_learner.algorithms.sac_flow.config import SacFlowConfig

ENTRY = AlgorithmEntry(config_type=SacFlowConfig, learner="user_learner.algorithms.sac_flow.learner:SacFlowLearner")
