"""Whether the GitHub App may do what it must, hears of what it must, and whether its webhooks arrive."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.domain.findings import Finding, broken, ok, several, warn
from shared.domain.grants import lacking_events, lacking_permissions, needless_permissions
from shared.ports.deployed import AppSeen, DeliverySeen, GithubRegistration

CHECK: Final = "github"
REDELIVERABLE: Final = timedelta(days=3)
"""After that, GitHub delivers nothing again."""
PATH: Final = "/github/webhooks"
_DELIVER: Final = "`migrate doctor --redeliver` asks GitHub to send them again; the sweep finds what they told, too."


def check_app(app: AppSeen, *, bot_id: str, api_url: str | None) -> list[Finding]:
    """Its registration and its installation; `api_url`: where the deployment is, None where that is not known."""
    return [
        *_permissions(app),
        *_events(app),
        *_installation(app),
        _bot(app, bot_id),
        _hook(app, api_url),
    ]


def _permissions(app: AppSeen) -> Iterable[Finding]:
    settings = f"the settings of the App {app.slug}, Permissions & events"
    lacking = [f"{one.name}: {one.level}" for one in lacking_permissions(app.permissions)]
    if lacking:
        yield broken(
            CHECK, f"The App lacks permissions: {several(lacking)}.", f"Add them in {settings}; then accept them."
        )
    else:
        yield ok(CHECK, "The App asks for every permission that is needed.")
    needless = needless_permissions(app.permissions)
    if needless:
        yield warn(CHECK, f"The App has more than it needs: {several(needless)}.", f"Take it away in {settings}.")


def _events(app: AppSeen) -> Iterable[Finding]:
    lacking = [one.event for one in lacking_events(app.events)]
    if lacking:
        mend = (
            f"Subscribe to them in the settings of the App {app.slug}; until then the sweep finds out, minutes later."
        )
        yield broken(CHECK, f"The App does not hear of: {several(lacking)}.", mend)
    else:
        yield ok(CHECK, "The App hears of every event that is needed.")


def _installation(app: AppSeen) -> Iterable[Finding]:
    accept = "An owner accepts them on the page of the installation, which says that permissions are requested."
    if app.suspended:
        yield broken(CHECK, "The installation is suspended.", "An owner of the organisation unsuspends it on its page.")
    lacking = [
        f"{one.name}: {one.level}"
        for one in lacking_permissions(app.installed_permissions)
        if one not in lacking_permissions(app.permissions)
    ]
    if lacking:
        yield broken(CHECK, f"The installation has not been granted: {several(lacking)}.", accept)


def _bot(app: AppSeen, bot_id: str) -> Finding:
    if app.bot_id is None:
        return warn(
            CHECK, f"GitHub shows no account {app.slug}[bot].", "Look whether the App was renamed a moment ago."
        )
    if str(app.bot_id) == bot_id:
        return ok(CHECK, "The bot's account is the one in the settings.")
    said = f"The settings say that the bot is {bot_id}; GitHub says {app.bot_id}. It would answer its own comments."
    return broken(CHECK, said, f"Set github.bot_id to {app.bot_id} with `migrate init`, and deploy.")


def _hook(app: AppSeen, api_url: str | None) -> Finding:
    if api_url is None:
        said = "There is no deployed API, so that nobody can say where the webhook should lead."
        return warn(CHECK, said, "Deploy first.")
    wanted = f"{api_url}{PATH}"
    if app.hook_url == wanted:
        return ok(CHECK, f"The webhook leads to {wanted}.")
    said = f"The webhook leads to {app.hook_url or 'nowhere'}, not to {wanted}."
    return broken(
        CHECK, said, f"Set the webhook's address in the settings of the App {app.slug}, and that it is active."
    )


def check_deliveries(attempts: Sequence[DeliverySeen], now: datetime) -> list[Finding]:
    """Whether what GitHub sent in the last three days has arrived, at the first attempt or a later one."""
    failed = undelivered(attempts, now)
    if failed:
        last = failed[0]
        answered = f"answered {last.status}" if last.status else "did not answer"
        said = f"{len(failed)} webhooks did not arrive; of the last, {last.event}, the door {answered}."
        advice = {401: "The webhook secret in the App is not the stored one. ", 404: "The webhook's address is wrong. "}
        return [broken(CHECK, said, advice.get(last.status, "") + _DELIVER)]
    if not attempts:
        said = "GitHub has sent no webhook in three days."
        return [warn(CHECK, said, "Nothing to mend where nothing happened; else look whether the webhook is active.")]
    return [ok(CHECK, f"All {len({one.guid for one in attempts})} webhooks of the last three days arrived.")]


def undelivered(attempts: Sequence[DeliverySeen], now: datetime) -> list[DeliverySeen]:
    """The last attempt of each delivery of which none succeeded, and that can still be asked for again; newest first."""
    arrived = {one.guid for one in attempts if one.ok}
    last: dict[str, DeliverySeen] = {}
    for one in sorted(attempts, key=lambda seen: (seen.at, seen.id), reverse=True):
        if one.guid not in arrived and one.at > now - REDELIVERABLE:
            last.setdefault(one.guid, one)
    return list(last.values())


def redeliver(github: GithubRegistration, now: datetime) -> Finding:
    """Asks for another attempt of all that did not arrive, the oldest first, as they happened."""
    failed = undelivered(github.deliveries(now - REDELIVERABLE), now)
    for one in reversed(failed):
        github.deliver_again(one.id)
    return ok(CHECK, f"Asked GitHub to deliver {len(failed)} webhooks again.")
