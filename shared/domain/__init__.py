"""The pure core: decisions, with no clock, no network, no environment and no randomness."""
