"""The CDK app. `make synth` writes its templates to `cdk.out`, offline: `python -m infra_cdk.app --stage example`."""

import argparse
import os
import sys
from pathlib import Path

from aws_cdk import App

from infra_cdk.deployed import MissingBundleError, check_bundles
from infra_cdk.stacks import AppStack, DataStack, DeployRoleStack
from infra_cdk.stage_file import StageError, read_stage
from state_schema.stage import Stage

BUNDLES = Path("build/bundles")
"""Where `make bundles` puts each stage's."""


def build(stage: Stage, bundles: Path, *, validate: bool = True) -> App:
    """The app with all its stacks, not yet synthesised; MissingBundleError where a function has no zip in `bundles`.

    `validate`: whether CDK holds each template against CloudFormation's schemas, which is two thirds of the time it takes.
    """
    check_bundles(stage, bundles)
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=validate)
    AppStack(app, stage, bundles, DataStack(app, stage))
    if stage.deploy is not None:
        DeployRoleStack(app, stage, stage.deploy)
    return app


def main(arguments: list[str]) -> int:
    """Synthesises one stage; 2 where its settings or bundles are missing or wrong."""
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.app", description="Writes the templates of a stage.")
    parser.add_argument("--stage", default=os.environ.get("WAYMARK_STAGE", "example"))
    parser.add_argument("--bundles", type=Path, help=f"default: {BUNDLES}/<stage>")
    asked = parser.parse_args(arguments)
    try:
        stage = read_stage(asked.stage)
        app = build(stage, asked.bundles or BUNDLES / stage.name)
    except (StageError, MissingBundleError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
