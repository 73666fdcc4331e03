"""What a function's bundle is made of, from its imports: all that it needs, and nothing that it cannot come to."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.imports import FirstParty, Imports, lines_in_functions
from infra_cdk.bundling.pruning import SERVICES
from infra_cdk.bundling.reaches import REACHES
from shared import names
from tests.infra.outside_ports import ports, reached

ROOT: Final = Path(__file__).parent.parent.parent
CREATED: Final = re.compile(r"boto3\.client\(\s*\"(\w+)\"")
HEAVY: Final = {"aws_lambda_powertools", "github", "jwt", "pydantic", "requests", "ruamel", "slack_sdk", "sqlalchemy"}


@pytest.fixture(scope="module")
def first_party() -> FirstParty:
    return FirstParty(ROOT)


def imports(first_party: FirstParty, function: str) -> Imports:
    return first_party.imports_of(names.handler_module(function), function)


def starting(modules: Iterable[str], *prefixes: str) -> list[str]:
    return sorted(module for module in modules if module.startswith(prefixes))


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_the_table_says_what_the_function_asks_for(function: str) -> None:
    assert REACHES.get(function, frozenset()) == reached(function)


def test_what_asks_for_something_outside_is_seen() -> None:
    assert ports("rewrite_dags") == {"pull_requests", "contents"}
    assert {"channel", "replies", "alerts", "modals"} <= ports("post_checkpoint")
    assert reached("advance") == frozenset()


def test_the_table_names_no_function_that_is_not() -> None:
    assert set(REACHES) <= set(names.FUNCTIONS)


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_no_bundle_holds_the_embedded_engine_or_another_function(function: str, first_party: FirstParty) -> None:
    found = imports(first_party, function)
    own = names.handler_module(function).removesuffix(".handler")

    assert starting(found.modules, "shared.adapters.sql_", "shared.adapters.yaml_", "cli", "sandbox", "infra_cdk") == []
    assert "sqlalchemy" not in found.packages
    assert [one for one in starting(found.modules, "functions.") if not one.startswith((own, "functions.skills"))] == []
    assert [one for one in starting(found.modules, "functions.skills.") if not one.startswith(own)] == []


@pytest.mark.parametrize("door", names.DOORS)
def test_a_door_needs_boto3_alone(door: str, first_party: FirstParty) -> None:
    found = imports(first_party, door)

    assert found.packages & HEAVY == set()
    assert found.packages == {"boto3", "botocore"}


def test_an_adapter_is_left_out_where_it_is_only_imported_on_demand(first_party: FirstParty) -> None:
    advance, post_comment = imports(first_party, "advance"), imports(first_party, "post_comment")

    assert "shared.outside" in advance.modules
    assert starting(advance.modules, "shared.adapters.github_", "shared.adapters.airflow_", "shared.adapters.sns") == []
    assert "shared.adapters.github_comments" in post_comment.modules
    assert "github" in post_comment.packages


def test_packages_above_a_module_come_with_it(first_party: FirstParty) -> None:
    assert {"functions", "functions.skills", "functions.skills.verify"} <= imports(first_party, "verify").modules


def test_who_reckons_with_time_zones_has_their_data(first_party: FirstParty) -> None:
    assert "tzdata" in imports(first_party, "advance").packages


def test_every_client_that_a_function_makes_has_its_description(first_party: FirstParty) -> None:
    modules = {module for function in names.FUNCTIONS for module in imports(first_party, function).modules}
    made = {service for module in modules for service in CREATED.findall(first_party.file(module).read_text())}

    assert made | {"sts"} == SERVICES


def test_a_function_without_a_module_is_refused_by_name(first_party: FirstParty) -> None:
    with pytest.raises(BundleError, match=r"^dance has no module functions.dance.handler: "):
        first_party.imports_of("functions.dance.handler", "dance")


def test_an_import_that_is_made_at_once_is_never_cut(tmp_path: Path) -> None:
    eager = tmp_path / "eager.py"
    eager.write_text("from shared.adapters import sns\n\ndef later():\n    import shared.adapters.slack\n")

    assert lines_in_functions(eager) == {4}
