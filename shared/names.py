"""Names of tables, indexes, queues and environment variables: one place for the runtime and for CDK."""

from typing import Final

PREFIX: Final = "waymark-"
"""What everything is called at AWS begins with."""
STATE_TABLE: Final = "waymark-state"
EFFECTS_TABLE: Final = "waymark-effects"
BY_CAMPAIGN: Final = "by_campaign"
BY_DUE: Final = "by_due"
DUE_SHARDS: Final = 4

SIGHTINGS: Final = "sightings"
"""FIFO, grouped by address."""
SIGNALS: Final = "signals"
"""FIFO, grouped by migration."""
CARDS: Final = "cards"
"""FIFO, grouped by track."""
COMMENTS: Final = "comments"
"""FIFO, grouped by pull request: answers to commands that were given in a comment."""
SKILL_NAMES: Final = ("open_pull_request", "rewrite_dags", "run_workflow", "list_items", "migrate_items", "verify")
DOORS: Final = ("github_webhook", "slack")
"""Functions in front of which somebody waits, and which anybody can call: they check signatures."""
WORKERS: Final = ("advance", "batch", "observe", "park", "post_checkpoint", "post_comment", "sweep")
ROUTES: Final = ("status", "commands")
"""Functions behind IAM or a JWT."""
FUNCTIONS: Final = DOORS + ROUTES + WORKERS + SKILL_NAMES
FIFO_QUEUES: Final = (SIGHTINGS, SIGNALS, CARDS, COMMENTS)
MAX_RECEIVES: Final = 5
"""After so many receives a message goes to its dead-letter queue, but for a card."""
CARD_RECEIVES: Final = 500
"""A card waits for its turn, and for as long as Slack is down: at six minutes each, two days."""

GITHUB_WEBHOOK_SECRET: Final = "github-webhook-secret"
GITHUB_TOKEN: Final = "github-token"
GITHUB_APP_KEY: Final = "github-app-key"
SLACK_SIGNING_SECRET: Final = "slack-signing-secret"
SLACK_BOT_TOKEN: Final = "slack-bot-token"
DEPLOYMENT_TOKEN: Final = "deployment-token"
SECRETS: Final = (
    GITHUB_WEBHOOK_SECRET,
    GITHUB_TOKEN,
    GITHUB_APP_KEY,
    SLACK_SIGNING_SECRET,
    SLACK_BOT_TOKEN,
    DEPLOYMENT_TOKEN,
)

METRICS: Final = "Waymark"
"""The namespace of all metrics; each has one dimension, `service`."""
SIGNALS_TAKEN: Final = "signals"
STEPS_WRITTEN: Final = "steps"
RETRIES: Final = "retries"
PARKED: Final = "parked"
REFUSALS: Final = "refusals"
"""Acts and commands that were refused, by the permission boundary or by any other rule."""
UNHEEDED: Final = "unheeded"
"""Signals of machines that changed nothing: for a migration that does not exist, or about an order that is not out."""
OLDEST_CHECKPOINT: Final = "oldest_checkpoint_seconds"
GITHUB_QUOTA: Final = "github_quota_left"
REFUSED_ACTS: Final = "refused_acts"
UNKNOWN_SENDERS: Final = "unknown_senders"
BROKEN_CHAINS: Final = "broken_chain"
REFUSED_ACT: Final = "refused_act"
UNKNOWN_SENDER: Final = "unknown_sender"
BROKEN_CHAIN: Final = "broken_chain"
UNEXPECTED: Final = {
    REFUSED_ACT: REFUSED_ACTS,
    UNKNOWN_SENDER: UNKNOWN_SENDERS,
    BROKEN_CHAIN: BROKEN_CHAINS,
}
"""The kinds of unexpected operations, as log lines name them in `unexpected`, and the metric that counts each."""


def skill_queue(skill: str) -> str:
    """The standard queue of one skill."""
    return f"skill-{skill.replace('_', '-')}"


def handler_module(function: str) -> str:
    """The module whose `handler` is called."""
    inside = "skills." if function in SKILL_NAMES or function == "post_checkpoint" else ""
    return f"functions.{inside}{function}.handler"


SKILL_QUEUES: Final = tuple(skill_queue(skill) for skill in SKILL_NAMES)
QUEUES: Final = FIFO_QUEUES + SKILL_QUEUES


def max_receives(queue: str) -> int:
    """After so many receives a message of this queue goes to its dead-letter queue; SQS takes 1 to 1000."""
    return CARD_RECEIVES if queue == CARDS else MAX_RECEIVES


def dead_letter_queue(queue: str) -> str:
    """The name of the queue's dead-letter queue, without a `.fifo` ending."""
    return f"{queue}-dead"


DEAD_LETTER_QUEUES: Final = tuple(dead_letter_queue(queue) for queue in QUEUES)


def is_fifo(queue: str) -> bool:
    """Whether it keeps order; a dead-letter queue is of its source's kind (SQS allows nothing else)."""
    return queue.removesuffix("-dead") in FIFO_QUEUES


def queue_file_name(queue: str) -> str:
    """The name of a queue or dead-letter queue as SQS wants it: FIFO names end in `.fifo`."""
    return f"{queue}.fifo" if is_fifo(queue) else queue
