"""The CDK app: stacks that only compose. `make synth` writes its templates to `cdk.out`, offline."""

from aws_cdk import App, Stack
from constructs import Construct

from infra_cdk.queues import Queues
from infra_cdk.tables import Tables


class DataStack(Stack):
    """What must outlive every deployment: the tables and the queues."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.tables = Tables(self, "Tables")
        self.queues = Queues(self, "Queues")


def build() -> App:
    """The app with all its stacks, not yet synthesised."""
    app = App()
    DataStack(app, "WaymarkData")
    return app


if __name__ == "__main__":
    build().synth()
