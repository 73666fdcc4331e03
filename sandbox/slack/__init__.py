"""A Slack of our own: its Web API over HTTP, and the people who click in it."""
