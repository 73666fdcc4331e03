"""Titles and descriptions of our pull requests, as people read them."""

from shared.messages import pull_requests as messages
from state_schema.campaign import Resource
from state_schema.skills import OpenPullRequestInputs
from tests.fakes.work import a_work

INPUTS = OpenPullRequestInputs(repository="acme/infrastructure", template="airflow3-component")


def test_a_title_says_campaign_resource_place_and_phase() -> None:
    assert messages.title(a_work("open_pull_request", INPUTS)) == "[airflow-3] email.notifications · test: infra"


def test_a_title_on_the_shared_track_says_so() -> None:
    work = a_work("open_pull_request", INPUTS, environment=None, step="code_migration.rewrite")
    assert messages.title(work) == "[airflow-3] email.notifications · shared: code_migration"


def test_the_campaigns_prefix_comes_first() -> None:
    work = a_work("open_pull_request", INPUTS, scope={"campaign.title_prefix": "[SANDBOX] "})
    assert messages.title(work) == "[SANDBOX] [airflow-3] email.notifications · test: infra"


def test_a_title_is_never_longer_than_github_takes() -> None:
    work = a_work("open_pull_request", INPUTS, scope={"campaign.title_prefix": "x" * 1000})
    assert len(messages.title(work)) == 256


def test_a_body_says_what_why_who_and_what_happens_next_and_hides_the_order() -> None:
    work = a_work("open_pull_request", INPUTS, scope={"migration.started_by": "slack:T1/U_OPERATOR"})
    assert messages.body(work, "Adds 2 files.", "### More") == (
        "**What.** Adds 2 files.\n\n"
        "**Why.** `E-mail notifications` goes through the campaign `airflow-3`; this is its step `infra.pull_request` "
        "(test).\n\n"
        "**Who asked.** The campaign, started by `slack:T1/U_OPERATOR`; the resource belongs to `team-email`.\n\n"
        "Waymark watches this pull request and goes on once it is merged. It never merges by itself: please review it, "
        "push what is missing, and merge it.\n"
        "\n### More\n"
        "\n<!-- waymark: order airflow-3/email.notifications/test/infra.pull_request/1 -->\n"
    )


def test_names_from_outside_neither_mention_nor_format_nor_close_the_comment() -> None:
    hostile = Resource(id="x", name="`@everyone`\n--> | <script>", owner="@org/all-staff")
    text = messages.body(a_work("open_pull_request", INPUTS, resource=hostile), "Adds.")
    assert "`'@everyone' --> ¦ <script>`" in text
    assert "`@org/all-staff`" in text


def test_a_body_is_cut_before_the_marker_where_it_is_too_long_for_github() -> None:
    text = messages.body(a_work("open_pull_request", INPUTS), "Adds.", "x" * 100_000)
    assert len(text) == 65_000
    assert text.endswith("xx\n<!-- waymark: order airflow-3/email.notifications/test/infra.pull_request/1 -->\n")


def test_a_code_span_is_cut_and_never_empty() -> None:
    assert messages.code("x" * 300) == "`" + "x" * 199 + "…`"
    assert messages.code(" \n") == "`?`"
