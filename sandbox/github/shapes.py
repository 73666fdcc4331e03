# ruff: noqa: D103 - each is called what it shows
"""Accounts and repositories as GitHub's REST API shows them; every address points at this server."""

from typing import Final

from sandbox.github.store import Json
from sandbox.github.world import ORGANISATION, ORGANISATION_ID, World, full_name, node_id

_USER_LINKS: Final = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_LINKS: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_SETTINGS: Final[Json] = {
    "private": True,
    "description": None,
    "fork": False,
    "homepage": None,
    "language": None,
    "size": 1,
    "mirror_url": None,
    "archived": False,
    "disabled": False,
    "visibility": "private",
    "license": None,
    "is_template": False,
    "topics": [],
    "web_commit_signoff_required": False,
    "allow_forking": False,
    **dict.fromkeys(["has_issues", "has_projects", "has_wiki", "has_downloads"], True),
    **dict.fromkeys(["has_pages", "has_discussions"], False),
    **dict.fromkeys(["forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "open_issues"], 0),
    "open_issues_count": 0,
    "network_count": 0,
    "subscribers_count": 0,
    "allow_merge_commit": True,
    "allow_squash_merge": True,
    "allow_rebase_merge": False,
    "permissions": {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True},
}


def account(world: World, person: Json) -> Json:
    """A user or, with `type` Organization, an organisation."""
    login = person["login"]
    url = f"{world.base_url}/users/{login}"
    return {
        "login": login,
        "id": person["id"],
        "node_id": node_id("U", person["id"]),
        "avatar_url": f"{world.base_url}/avatars/{person['id']}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.base_url}/{login}",
        **{key: url + suffix for key, suffix in _USER_LINKS.items()},
        "type": person.get("type", "User"),
        "user_view_type": "public",
        "site_admin": False,
    }


def owner(world: World) -> Json:
    return account(world, {"login": ORGANISATION, "id": ORGANISATION_ID, "type": "Organization"})


def organization(world: World) -> Json:
    """The short form that webhooks carry."""
    url = f"{world.base_url}/orgs/{ORGANISATION}"
    links = ("repos", "events", "hooks", "issues", "members", "public_members")
    return {
        "login": ORGANISATION,
        "id": ORGANISATION_ID,
        "node_id": node_id("O", ORGANISATION_ID),
        "url": url,
        **{f"{link}_url": f"{url}/{link}" for link in links},
        "avatar_url": f"{world.base_url}/avatars/{ORGANISATION_ID}",
        "description": "",
    }


def repository_url(world: World, repository: Json) -> str:
    return f"{world.base_url}/repos/{full_name(repository)}"


def html_url(world: World, repository: Json) -> str:
    return f"{world.base_url}/{full_name(repository)}"


def minimal_repository(world: World, repo: Json) -> Json:
    """The form inside workflow runs."""
    url = repository_url(world, repo)
    return {
        "id": repo["id"],
        "node_id": node_id("R", repo["id"]),
        "name": repo["name"],
        "full_name": full_name(repo),
        "owner": owner(world),
        "url": url,
        "html_url": html_url(world, repo),
        **{key: url + suffix for key, suffix in _REPOSITORY_LINKS.items()},
        **{key: _SETTINGS[key] for key in ("private", "description", "fork")},
    }


def repository(world: World, repo: Json) -> Json:
    """The full form."""
    html = html_url(world, repo)
    return {
        **minimal_repository(world, repo),
        **_SETTINGS,
        "default_branch": repo["default_branch"],
        "git_url": f"{html}.git".replace("http://", "git://"),
        "ssh_url": f"git@sandbox.invalid:{full_name(repo)}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "created_at": repo["created_at"],
        "updated_at": repo["pushed_at"],
        "pushed_at": repo["pushed_at"],
    }
