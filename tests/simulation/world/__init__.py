"""The world around the use cases, simulated: time, chance, faults, store, queues, GitHub, Slack and the deployments."""
