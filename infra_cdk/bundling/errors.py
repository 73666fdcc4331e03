"""Why a bundle cannot be built."""


class BundleError(Exception):
    """One sentence for whoever runs the command: what is wrong, and what to do."""


class UnknownFunctionError(ValueError):
    """A bundle was asked for that no function has."""
