"""Every text and every Slack block that people read, as pure functions of the state."""
