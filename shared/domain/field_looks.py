"""What a right name, id or span looks like, so that nobody has to read a pattern. A test finds the pattern that is missing."""

from typing import Final

LOOKS: Final = {
    r"^[a-z0-9._-]{1,60}$": "1 to 60 small letters, digits, dots, hyphens and underscores, such as email.notifications",
    r"^[a-z][a-z0-9-]{0,39}$": "a small letter, then small letters, digits and hyphens, 40 at most, such as prod-us",
    r"^[a-z][a-z0-9_]{0,39}$": "a small letter, then small letters, digits and underscores, 40 at most, such as open_it",
    r"^[a-z0-9._-]{1,60}@[1-9][0-9]{0,5}$": "the name of a plan, @ and its version, such as airflow-3@1",
    r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]*|principal:[\x21-\x7e]{1,200})$": (
        "an id and never a name: slack:<team>/<user>, such as slack:T0ACME/U0123456, github:<number> or principal:<who>"
    ),
    (
        r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|github:[1-9][0-9]*|principal:[\x21-\x7e]{1,200}"
        r"|group:[a-z][a-z0-9_-]{0,39}|slack-group:[A-Z0-9_]{1,40}/S[A-Z0-9_]{0,39})$"
    ): (
        "an id and never a name: slack:<team>/<user>, such as slack:T0ACME/U0123456, github:<number>, principal:<who>, "
        "group:<name of one of people.groups> or slack-group:<team>/<user group>"
    ),
    r"^(slack:[A-Z0-9_]{1,40}/[A-Z0-9_]{1,40}|slack-group:[A-Z0-9_]{1,40}/S[A-Z0-9_]{0,39}|topic)$": (
        "slack:<team>/<user>, such as slack:T0ACME/U0123456, slack-group:<team>/<user group>, or topic"
    ),
    r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? [0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d$": (
        "days and their hours, such as Mon-Fri 09:00-17:00"
    ),
    r"^[a-z][a-z0-9_-]{0,39}$": "a small letter, then small letters, digits, hyphens and underscores, such as platform-team",
    r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-2]\d:[0-5]\d - (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [0-2]\d:[0-5]\d$": (
        "two days with their times, such as Fri 16:00 - Mon 08:00"
    ),
    r"^[A-Z0-9_]{1,40}$": "the id of a Slack channel and not its name, such as C0MIGRATE",
    r"^([1-9][0-9]?|100)%$": "a number of failures, such as 3, or a share of a wave, such as 5%",
    r"^[A-Za-z0-9._-]+/[A-Za-z0-9._{}-]+$": "owner and name of a repository, such as acme/dags",
    r"^[^/\s][^\s]{0,200}$": "a path that begins without a slash and holds no blank, such as dags/email",
    r"^[0-9a-f]{16}$": "16 digits and letters from a to f, such as 3f9c0a1b2c3d4e5f",
}
"""A right one, by the pattern that it is checked with."""
