"""What each function may do: the one table from which roles are made, `docs/permissions.md` is written, and tests compare.

Each line was read off the code of the function: its ports, and what their adapters call. Nothing here is granted by CDK's
own `grant…` methods, which give more than a function needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra_cdk.consumers import queues_of
from shared import names

STATE, EFFECTS = names.STATE_TABLE, names.EFFECTS_TABLE
KEY: Final = "key"
ALERTS: Final = "alerts"
OWN_LOG: Final = "own log"
ANYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources, by our names for them.

    `keys`: patterns of the only partition keys that it may name; `via`: the one service through which it may.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    keys: tuple[str, ...] = ()
    via: str = ""


_MIGRATION, _CAMPAIGN, _PLAN, _WATCH, _PARKED = "M#*", "C#*", "PLAN#*", "W#*", "P#*"
_CAMPAIGNS: Final = "CAMPAIGNS"
_CARD, _PACE = "CARD#*", "PACE#*"
_DUE: Final = "DUE#*"


def _gets(*keys: str) -> Grant:
    return Grant(("dynamodb:GetItem",), (STATE,), keys)


def _queries(*keys: str) -> Grant:
    return Grant(("dynamodb:Query",), (STATE,), keys)


def _puts(*keys: str) -> Grant:
    return Grant(("dynamodb:PutItem",), (STATE,), keys)


def _sends(*queues: str) -> Grant:
    return Grant(("sqs:SendMessage",), queues)


def _knows(*secrets: str) -> Grant:
    return Grant(("secretsmanager:GetSecretValue",), secrets)


_LOADS: Final = _gets(_MIGRATION, _CAMPAIGN, _PLAN)
_LISTS: Final = Grant(("dynamodb:Query",), (f"{STATE}/{names.BY_CAMPAIGN}",), (_CAMPAIGN,))
_STEPS: Final = (
    _LOADS,
    _LISTS,
    _puts(_MIGRATION, _CAMPAIGN, _WATCH),
    Grant(("dynamodb:DeleteItem",), (STATE,), (_WATCH,)),
)
"""One step: everything is read, and written in one transaction: state, events, gate; watches come and go."""
_EFFECTS: Final = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")


def _skill(secret: str) -> tuple[Grant, ...]:
    return (_LOADS, Grant(_EFFECTS, (EFFECTS,)), _sends(names.SIGNALS), _knows(secret))


_GITHUB, _DEPLOYMENT = _skill(names.GITHUB_APP_KEY), _skill(names.DEPLOYMENT_TOKEN)

GRANTS: Final[Mapping[str, tuple[Grant, ...]]] = {
    "github_webhook": (_sends(names.SIGHTINGS, names.SIGNALS), _knows(names.GITHUB_WEBHOOK_SECRET)),
    "slack": (
        _sends(names.SIGNALS, names.CARDS),
        _knows(names.SLACK_SIGNING_SECRET, names.SLACK_BOT_TOKEN),
    ),
    "status": (_LOADS, _queries(_MIGRATION, _CAMPAIGNS), _LISTS),
    "commands": (
        *_STEPS,
        _queries(_MIGRATION, _CAMPAIGNS),
        _sends(names.SIGHTINGS, names.SIGNALS, names.CARDS, *names.SKILL_QUEUES),
    ),
    "advance": (*_STEPS, _queries(_MIGRATION, _WATCH, _CAMPAIGNS), _sends(*names.QUEUES)),
    "batch": (_sends(names.SIGNALS),),
    "observe": (_queries(_WATCH), _sends(names.SIGNALS), _knows(names.GITHUB_APP_KEY)),
    "park": (
        _gets(_CAMPAIGN),
        _queries(_CAMPAIGNS),
        _puts(_PARKED),
        _sends(names.SIGNALS, names.CARDS, names.COMMENTS),
    ),
    "post_checkpoint": (
        _LOADS,
        _queries(_MIGRATION),
        _LISTS,
        Grant(_EFFECTS, (EFFECTS,), (_CARD, _PACE)),
        Grant(("sqs:ChangeMessageVisibility",), (names.CARDS,)),
        _knows(names.SLACK_BOT_TOKEN),
        Grant(("sns:Publish",), (ALERTS,)),
    ),
    "post_comment": (_knows(names.GITHUB_APP_KEY),),
    "sweep": (
        _LOADS,
        _queries(_CAMPAIGNS),
        _LISTS,
        Grant(("dynamodb:Query",), (f"{STATE}/{names.BY_DUE}",), (_DUE,)),
        Grant(("dynamodb:UpdateItem",), (STATE,), (_MIGRATION,)),
        _puts(_CAMPAIGN),
        _sends(names.SIGNALS),
        _knows(names.SLACK_BOT_TOKEN),
    ),
    "open_pull_request": _GITHUB,
    "rewrite_dags": _GITHUB,
    "run_workflow": _GITHUB,
    "list_items": _DEPLOYMENT,
    "migrate_items": _DEPLOYMENT,
    "verify": _DEPLOYMENT,
}

REASONS: Final[Mapping[str, str]] = {
    "xray:PutTraceSegments": "X-Ray has no resources to name: its actions are allowed on `*` or not at all.",
    "xray:PutTelemetryRecords": "As `xray:PutTraceSegments`.",
    "logs:CreateLogStream": "Lambda names a log stream after the instance; `:*` means the streams of the function's own group.",
    "logs:PutLogEvents": "As `logs:CreateLogStream`.",
    "secretsmanager:GetSecretValue": (
        "AWS ends the ARN of a secret with six random characters, which `-??????` stands for: no longer name fits it."
    ),
    "kms:*": (
        "In the key's own policy, for the account: it leaves to IAM who may use the key, without which nobody could mend it. "
        "The resource `*` of a key policy is the key itself."
    ),
    "kms:Decrypt": "In the key's own policy, where `*` is the key itself: CloudWatch writes to the encrypted topic.",
    "kms:GenerateDataKey": "As `kms:Decrypt`.",
}
"""Why an action, or the resource it is allowed on, holds a wildcard. Any other wildcard fails a test."""


def is_traced(function: str) -> bool:
    """Whether X-Ray follows it: not at the doors, where it would cost cold start."""
    return function not in names.DOORS


def grants_of(function: str) -> tuple[Grant, ...]:
    """All that the function's role allows: its line of the table, its queues, the key of what it reaches, its log and trace."""
    own, queues = GRANTS[function], queues_of(function)
    takes = Grant(("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), queues)
    writes_log = Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (OWN_LOG,))
    traces = Grant(("xray:PutTraceSegments", "xray:PutTelemetryRecords"), (ANYTHING,))
    return (
        *own,
        *([takes] if queues else []),
        *_key_use(own),
        writes_log,
        *([traces] if is_traced(function) else []),
    )


def _key_use(own: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Whoever reads what is encrypted must be allowed to decrypt it, in the name of that service alone."""
    actions = {action for grant in own for action in grant.actions}
    writes = bool(actions & {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"})
    use = {
        "dynamodb": ("kms:Decrypt", "kms:DescribeKey", *(("kms:Encrypt", "kms:GenerateDataKey") if writes else ())),
        "secretsmanager": ("kms:Decrypt",),
        "sns": ("kms:Decrypt", "kms:GenerateDataKey"),
    }
    reached = {action.partition(":")[0] for action in actions}
    return tuple(Grant(keyed, (KEY,), via=service) for service, keyed in use.items() if service in reached)
