"""Whether the Slack app is that of our workspace, and may do what it must."""

from typing import Final

from shared.domain.findings import Finding, broken, ok, several, warn
from shared.domain.grants import SLACK_SCOPES, lacking_scopes
from shared.ports.deployed import SlackSeen

CHECK: Final = "slack"


def check_slack(seen: SlackSeen, *, team: str) -> list[Finding]:
    """`team`: the workspace of the settings."""
    return [_team(seen, team), *_scopes(seen)]


def _team(seen: SlackSeen, team: str) -> Finding:
    if seen.team == team:
        return ok(CHECK, f"The bot token is of the workspace {team}.")
    said = f"The bot token is of the workspace {seen.team}, and the settings name {team}: all its clicks are refused."
    return broken(CHECK, said, "Install the app in the right workspace and store its token, or correct slack.team.")


def _scopes(seen: SlackSeen) -> list[Finding]:
    lacking = [one.name for one in lacking_scopes(seen.scopes)]
    needless = sorted(set(seen.scopes) - {one.name for one in SLACK_SCOPES})
    found = []
    if lacking:
        mend = "Add them in the app's settings, OAuth & Permissions; install it again; store the new token."
        found.append(broken(CHECK, f"The app lacks scopes: {several(lacking)}.", mend))
    if needless:
        mend = "Remove them in the app's settings, OAuth & Permissions, and install it again."
        found.append(warn(CHECK, f"The app has scopes that nothing needs: {several(needless)}.", mend))
    return found or [ok(CHECK, "The app has the scopes that are needed, and no others.")]
