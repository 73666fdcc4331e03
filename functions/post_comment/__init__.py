"""The function that answers in comments."""
