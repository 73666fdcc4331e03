"""The same functions on one machine, with a mock world around them."""
