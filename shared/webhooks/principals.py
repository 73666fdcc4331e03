"""Who sent a request, by what API Gateway verified (payload 2.0, `requestContext.authorizer`); nothing else is believed."""

import re
from typing import Final

from shared.errors import RejectedDeliveryError
from shared.webhooks.delivery import field, text

_ARN: Final = re.compile(r"arn:aws[a-z-]{0,12}:(iam|sts)::[0-9]{12}:[\x21-\x7e]{1,160}")
_ISSUER: Final = re.compile(r"https://[\x21-\x7e]{1,120}")
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,100}")
_LONGEST: Final = 200


def principal_of(event: object) -> str:
    """`principal:<ARN>` of a caller that IAM verified, `principal:<issuer>#<subject>` of one whose JWT was.

    The issuer keeps one provider's subjects apart from another's. RejectedDeliveryError(401) where neither verified anybody.
    """
    authorizer = field(event, "requestContext", "authorizer")
    arn = text(field(authorizer, "iam", "userArn"))
    issuer, subject = (text(field(authorizer, "jwt", "claims", claim)) for claim in ("iss", "sub"))
    if _ARN.fullmatch(arn) and not (issuer or subject):
        return _fitting(arn)
    if not arn and _ISSUER.fullmatch(issuer) and _SUBJECT.fullmatch(subject) and "#" not in issuer:
        return _fitting(f"{issuer}#{subject}")
    raise RejectedDeliveryError(
        401, "nobody is verified: sign the request with AWS IAM, or send a JWT that the API accepts"
    )


def _fitting(principal: str) -> str:
    if len(principal) > _LONGEST:
        raise RejectedDeliveryError(401, f"the verified principal has more than {_LONGEST} characters")
    return f"principal:{principal}"
