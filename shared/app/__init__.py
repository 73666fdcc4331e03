"""The use cases: functions that take their ports as keyword arguments."""
