"""The page beside the manifests: what each permission, event and scope is for, and what to do with it all."""

from collections.abc import Sequence
from typing import Final

from cli.manifests import github_form, slack_form
from cli.setup_answers import NOT_YET, SetupAnswers
from shared import names
from shared.domain.grants import GITHUB_EVENTS, GITHUB_PERMISSIONS, SLACK_SCOPES
from shared.settings import Settings
from state_schema.stage import FOLDER

_FILES: Final = {
    names.GITHUB_APP_KEY: "app.private-key.pem",
    names.GITHUB_WEBHOOK_SECRET: "webhook-secret.txt",
    names.SLACK_BOT_TOKEN: "bot-token.txt",
    names.SLACK_SIGNING_SECRET: "signing-secret.txt",
    names.DEPLOYMENT_TOKEN: "airflow-token.txt",
}
_NO_ADDRESS: Final = """
Nothing is deployed yet, so the addresses in the manifests are placeholders. Deploy first; then run `migrate init` with
`--url` and the address that the deployment prints. Make the apps after that.
"""
_PAGE: Final = """\
# The apps of the stage `{stage}`

Written by `migrate init`; it holds no secret.
{address}
## The GitHub App

1. [Open the filled-in form]({github_form}) as an owner of {owner}, and create the App.
   (`github-app.json` says the same, for whoever uses GitHub's manifest flow.)
2. Give it a webhook secret, generate a private key, and install it on the repositories that the plan names.
3. Store both, below, and tell `migrate init` the ids of App, installation and bot.

{permissions}

{events}

A plan whose templates lie below `.github/workflows` needs the permission `workflows: write` as well.

## The Slack app

1. [Make it from the manifest]({slack_form}) in the workspace {team}, or paste `slack-app.json`.
2. Install it, store its bot token and signing secret, and invite it to the campaign's channel.

{scopes}

It subscribes to no events: it sees what is typed after `/migrate` and clicks on its own buttons, and nothing else.

## The secrets

From files, so that no value is in the shell's history. A text file must not end in a line break:
`printf %s "$(openssl rand -hex 32)" > webhook-secret.txt`.

```console
{puts}
```

`migrate doctor --stage {stage}` says whether they are there and have the right shape, and never what they are.

| to be renewed | how, without losing anything |
|---|---|
| the App's key | an App may have several: generate a second one, store it, run `migrate doctor`, delete the first after ten minutes |
| the webhook secret | there is one at a time: store the new one, then set it in the App; what was refused between the two is sent again by `migrate doctor --redeliver` |
| the bot token | install the Slack app again, store the new token; revoke the old one after ten minutes |
| the signing secret | regenerate it in Slack and store it at once; who clicks within the next five minutes is told to click again |

A function keeps a secret in memory for five minutes.
"""  # noqa: E501 - a row of a table is one line


def guide(answers: SetupAnswers) -> str:
    """Markdown. It holds no secret, and says where each one goes."""
    stage, apps = answers.stage, answers.apps
    return _PAGE.format(
        stage=stage.name,
        address="" if apps.url else _NO_ADDRESS,
        owner=apps.owner,
        team=stage.slack.team,
        github_form=github_form(apps),
        slack_form=slack_form(apps),
        permissions=_table(
            ("permission", "level", "why"), [(one.name, one.level, one.why) for one in GITHUB_PERMISSIONS]
        ),
        events=_table(("event", "why"), [(one.event, one.why) for one in GITHUB_EVENTS]),
        scopes=_table(("scope", "why"), [(one.name, one.why) for one in SLACK_SCOPES]),
        puts="\n".join(_put(name, file, stage.region) for name, file in _FILES.items()),
    )


def next_steps(answers: SetupAnswers) -> list[str]:
    """What is to be done now, in order, in one sentence each."""
    stage, apps = answers.stage, answers.apps
    deploy = f"`make synth STAGE={stage.name}`, then `npx aws-cdk@2 deploy --app cdk.out --all`"
    if not apps.url:
        again = f"`migrate init --answers {FOLDER}/{stage.name}.toml --url <ApiUrl> --force`"
        return [
            f"Deploy: {deploy}. It prints the address of the API, `ApiUrl`.",
            f"Then put it into the manifests: {again}.",
        ]
    made = NOT_YET not in {stage.github.app_id, stage.github.installation_id, stage.github.bot_id}
    page = f"setup/{stage.name}/README.md"
    return [
        *(
            []
            if made
            else [f"Make both apps, as {page} says, and install them; then `migrate init` again with their ids."]
        ),
        f"Store the secrets, if that is still to be done: {page} shows how.",
        f"Deploy: {deploy}.",
        f"See that all is well: `migrate doctor --stage {stage.name}`.",
    ]


def _put(name: str, file: str, region: str) -> str:
    secret = f"{Settings().secrets_prefix}{name}"
    return f"$ aws secretsmanager put-secret-value --region {region} --secret-id {secret} --secret-string file://{file}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)
