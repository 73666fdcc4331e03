"""Where the emulator takes less than AWS does: the one place in which a template is changed before it is deployed.

- An alarm over several metrics (`Metrics`) becomes one over the first of them: ministack 1.5.33 refuses metric math, and
  no alarm ever fires in it.
"""

from tests.e2e.assembly import Assembly, Json, StackTemplate

ALARM = "AWS::CloudWatch::Alarm"


def adapted(assembly: Assembly) -> Assembly:
    """The same assembly, as far as the emulator can take it."""
    return Assembly(tuple(StackTemplate(one.name, _adapted(one.template)) for one in assembly.stacks), assembly.assets)


def _adapted(template: Json) -> Json:
    resources = {
        name: {**one, "Properties": _over_one_metric(one["Properties"])} if _is_over_several(one) else one
        for name, one in template["Resources"].items()
    }
    return {**template, "Resources": resources}


def _is_over_several(resource: Json) -> bool:
    return resource["Type"] == ALARM and "Metrics" in resource["Properties"]


def _over_one_metric(properties: Json) -> Json:
    first: Json = next(one["MetricStat"] for one in properties["Metrics"] if "MetricStat" in one)
    kept = {name: value for name, value in properties.items() if name != "Metrics"}
    return {**kept, **first["Metric"], "Period": first["Period"], "Statistic": first["Stat"]}
