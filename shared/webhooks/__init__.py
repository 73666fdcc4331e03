"""Deliveries as they come in, read with the standard library alone, so that the doors start fast."""
