"""A learned reward: images in, the probability of success out."""
