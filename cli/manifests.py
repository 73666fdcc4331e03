"""The manifests of the GitHub App and the Slack app, and addresses that open a form with all of it filled in."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from cli.setup_answers import Apps
from shared.domain.grants import GITHUB_EVENTS, GITHUB_PERMISSIONS, SLACK_SCOPES

GITHUB_PATH: Final = "/github/webhooks"
COMMANDS_PATH: Final = "/slack/commands"
INTERACTIONS_PATH: Final = "/slack/interactions"
UNKNOWN_URL: Final = "https://not-deployed-yet.invalid"
"""Stands where the address of the API belongs as long as nothing is deployed; `.invalid` is nobody's (RFC 2606)."""
_DESCRIPTION: Final = "Carries many resources through a long migration, stopping where a person must decide."


def github_manifest(apps: Apps) -> dict[str, Any]:
    """As GitHub's manifest flow takes it. The webhook stays inactive until its address is known."""
    return {
        "name": apps.app_name,
        "url": apps.home,
        "hook_attributes": {"url": _url(apps) + GITHUB_PATH, "active": bool(apps.url)},
        "redirect_url": apps.apps_page,
        "description": _DESCRIPTION,
        "public": False,
        "default_permissions": {one.name: one.level for one in GITHUB_PERMISSIONS},
        "default_events": [one.event for one in GITHUB_EVENTS],
    }


def github_form(apps: Apps) -> str:
    """The address of GitHub's form for a new App, filled in; its owner checks it, and presses the button."""
    query = [
        ("name", apps.app_name),
        ("url", apps.home),
        ("description", _DESCRIPTION),
        ("public", "false"),
        ("webhook_active", "true" if apps.url else "false"),
        ("webhook_url", _url(apps) + GITHUB_PATH),
        *((one.name, one.level) for one in GITHUB_PERMISSIONS),
        *(("events[]", one.event) for one in GITHUB_EVENTS),
    ]
    return f"{apps.apps_page}/new?{urlencode(query)}"


def slack_manifest(apps: Apps) -> dict[str, Any]:
    """As Slack takes it when an app is made "from a manifest". No events: Waymark listens to nobody's messages.

    Escaped, `@somebody` in a command comes as the id of a person, which is what `assign` wants.
    """
    command = {
        "command": "/migrate",
        "url": _url(apps) + COMMANDS_PATH,
        "description": "Ask for, start and steer migrations",
        "usage_hint": "help",
        "should_escape": True,
    }
    return {
        "display_information": {"name": "Waymark", "description": _DESCRIPTION},
        "features": {"bot_user": {"display_name": "waymark", "always_online": True}, "slash_commands": [command]},
        "oauth_config": {"scopes": {"bot": [one.name for one in SLACK_SCOPES]}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": _url(apps) + INTERACTIONS_PATH},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def slack_form(apps: Apps) -> str:
    """The address at which Slack asks for the workspace and then makes the app of the manifest."""
    return "https://api.slack.com/apps?" + urlencode({"new_app": 1, "manifest_json": json.dumps(slack_manifest(apps))})


def _url(apps: Apps) -> str:
    return apps.url.rstrip("/") or UNKNOWN_URL
