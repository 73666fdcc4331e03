"""The function that drains the dead-letter queues."""
