"""Weights on their way from the learner to the policies: versions, chunks, assembly and what is kept on disk."""
