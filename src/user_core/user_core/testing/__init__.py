"""Fakes of the vocabulary that check what they are given, and the contract tests behind them."""
