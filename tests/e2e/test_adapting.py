"""What is deployed to the emulator is what we ship, but for what `adapting` says."""

from tests.e2e.adapting import ALARM, adapted
from tests.e2e.assembly import Assembly, StackTemplate

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "waymark-signals.fifo"}}
PLAIN = {"Type": ALARM, "Properties": {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Threshold": 1}}


def metric(name: str) -> dict[str, object]:
    found = {"MetricName": name, "Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": "q"}]}
    return {"Id": name.lower(), "MetricStat": {"Metric": found, "Period": 60, "Stat": "Maximum"}}


def test_an_alarm_over_several_metrics_becomes_one_over_the_first_and_nothing_else_changes() -> None:
    several = {
        "Type": ALARM,
        "Properties": {
            "AlarmName": "dead",
            "Threshold": 1,
            "Metrics": [{"Id": "sum", "Expression": "a + b"}, metric("A"), metric("B")],
        },
    }
    template = {"Outputs": {"Url": 1}, "Resources": {"Queue": QUEUE, "Plain": PLAIN, "Several": several}}
    (stack,) = adapted(Assembly((StackTemplate("App", template),), ())).stacks
    assert stack.template == {
        "Outputs": {"Url": 1},
        "Resources": {
            "Queue": QUEUE,
            "Plain": PLAIN,
            "Several": {
                "Type": ALARM,
                "Properties": {
                    "AlarmName": "dead",
                    "Threshold": 1,
                    "MetricName": "A",
                    "Namespace": "AWS/SQS",
                    "Dimensions": [{"Name": "QueueName", "Value": "q"}],
                    "Period": 60,
                    "Statistic": "Maximum",
                },
            },
        },
    }
