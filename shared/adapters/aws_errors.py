"""Says what an AWS client's error means to us: try again, or let a person change something."""

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)

from shared.errors import PermanentError, RetryableError

SERVER_ERROR: Final = 500
PASSING: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "KmsThrottled",
        "KMS.ThrottlingException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Codes below 500 that pass by themselves: those that botocore's standard mode retries, and expired session tokens."""
WRONG_SETUP: Final = (NoCredentialsError, NoRegionError, ParamValidationError, PartialCredentialsError)


def error_code(error: ClientError) -> str:
    """AWS's own word for it, without the prefix of SQS's older protocol (`AWS.SimpleQueueService.`)."""
    return error.response.get("Error", {}).get("Code", "").rpartition("SimpleQueueService.")[2]


def translated(error: ClientError | BotoCoreError, doing: str) -> RetryableError | PermanentError:
    """The error to raise `from` this one; `doing` completes the sentence "Could not ..." and holds no secret."""
    if isinstance(error, ClientError):
        return _translated_answer(error, doing)
    if isinstance(error, WRONG_SETUP):
        return PermanentError(
            f"Could not {doing}: {error}. Check the region, the credentials and the arguments.", code="setup"
        )
    return RetryableError(f"Could not {doing}: AWS was not reached ({type(error).__name__}). Try again.")


def _translated_answer(error: ClientError, doing: str) -> RetryableError | PermanentError:
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= SERVER_ERROR or code in PASSING:
        return RetryableError(f"Could not {doing}: AWS answered {code}. Try again.")
    said = error.response.get("Error", {}).get("Message", "")
    return PermanentError(
        f"Could not {doing}: AWS answered {code}: {said} Check that it exists and may be used.", code="aws"
    )
