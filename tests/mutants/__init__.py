"""Deliberate bugs, and the proof that the simulator or a test finds each of them: `make mutants`."""
