"""A stateful GitHub of our own, served over HTTP: real shapes, real refusals, real signed webhooks, no network."""
