"""A learner of several processes under torchrun: one leads, the others work on their share of each batch."""
