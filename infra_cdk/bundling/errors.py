"""Why a bundle cannot be built."""


class BundleError(Exception):
    """One sentence for whoever runs the command: what is wrong, and what to do."""


class BundleUsageError(BundleError):
    """What was asked for does not exist: a stage or a function."""
