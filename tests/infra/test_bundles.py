"""The bundles themselves: they weigh what they may, hold what their function comes to, and run with nothing beside them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra_cdk.bundles import main
from infra_cdk.bundling.budgets import BUDGETS
from infra_cdk.bundling.build import Built
from infra_cdk.bundling.site import CACHE
from infra_cdk.consumers import queues_of
from shared import names
from tests.bundled import LAMBDA, bundles, isolated, unpacked
from tests.infra.outside_ports import ports
from tests.infra.runtime_api import RuntimeApi

pytestmark = pytest.mark.network

ROOT: Final = Path(__file__).parent.parent.parent
MEGABYTE: Final = 1_000_000
DOOR_LIMIT: Final = 15
ELF: Final = b"\x7fELF"
AARCH64: Final = 183
OTHER_PYTHON: Final = sys.version_info[:2] != (3, 13)
ONE_OF_A_KIND: Final = ("slack", "advance", "post_checkpoint", "observe", "verify", "rewrite_dags")
"""Of those that need the same packages, one: production differs from local in the wheels alone."""
WIRED: Final = """
import importlib, json, sys
handler, worker, takes, ports, key = json.loads(sys.argv[1])
handle = importlib.import_module(handler).handler
if worker:
    from dataclasses import replace
    from shared import bootstrap
    from shared.adapters.secrets import FixedSecrets
    composition = replace(bootstrap.current(), secrets=FixedSecrets({"github-app-key": key}))
    composition.engine
    for port in ports:
        getattr(composition.outside, port)
    bootstrap.use(composition)
    if takes:
        handle({"Records": []}, None)
    if "github" in sys.modules:
        import jwt
        jwt.encode({}, key, algorithm="RS256")
print(json.dumps(sorted(str(getattr(module, "__file__", None)) for module in sys.modules.values())))
"""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    return bundles("local", tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    return bundles("example", tmp_path_factory.mktemp("production"), ONE_OF_A_KIND)


@pytest.fixture(scope="module")
def app_key() -> str:
    """A private key as a GitHub App has one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def listed(built: Built) -> set[str]:
    with ZipFile(built.path) as archive:
        return set(archive.namelist())


def native(built: Built) -> dict[str, bytes]:
    """The first bytes of every program and library in it."""
    with ZipFile(built.path) as archive:
        starts = {name: archive.open(name).read(20) for name in archive.namelist()}
    return {name: start for name, start in starts.items() if start.startswith(ELF)}


def test_every_function_has_a_budget_and_a_door_less_than_the_limit() -> None:
    assert set(BUDGETS) == set(names.FUNCTIONS)
    assert all(BUDGETS[door].zipped <= DOOR_LIMIT for door in names.DOORS)


@pytest.mark.parametrize("stage", ["local", "production"])
def test_bundles_weigh_no_more_than_their_budget(stage: str, request: pytest.FixtureRequest) -> None:
    found: dict[str, Built] = request.getfixturevalue(stage)
    sizes = {name: (built.zipped / MEGABYTE, built.unzipped / MEGABYTE) for name, built in found.items()}
    heavy = {
        name: size for name, size in sizes.items() if size[0] > BUDGETS[name].zipped or size[1] > BUDGETS[name].unzipped
    }

    assert sizes
    assert heavy == {}


@pytest.mark.parametrize("function", names.FUNCTIONS)
def test_a_bundle_alone_has_all_that_its_function_builds(
    function: str, local: dict[str, Built], app_key: str, tmp_path: Path
) -> None:
    bundle = unpacked(local[function], tmp_path)
    worker = function not in names.DOORS  # a door is wired when it is imported
    takes = bool(queues_of(function))
    told = json.dumps([names.handler_module(function), worker, takes, sorted(ports(function)), app_key])

    run = subprocess.run((*isolated(bundle, WIRED), told), env=LAMBDA, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    loaded = [path for path in json.loads(run.stdout) if path.startswith(str(ROOT)) or "site-packages" in path]
    assert loaded == []


def test_a_module_that_a_bundle_lacks_is_missed_and_not_found_elsewhere(
    local: dict[str, Built], tmp_path: Path
) -> None:
    bundle = unpacked(local["advance"], tmp_path)
    shutil.rmtree(bundle / "pydantic")

    run = subprocess.run(
        isolated(bundle, "import functions.advance.handler"), env=LAMBDA, capture_output=True, text=True, check=False
    )

    assert "No module named 'pydantic'" in run.stderr


def test_the_bootstrap_answers_the_runtime_api_from_any_folder(local: dict[str, Built], tmp_path: Path) -> None:
    bundle = unpacked(local["github_webhook"], tmp_path / "anywhere else")
    request = {"version": "2.0", "rawPath": "/nowhere", "headers": {}, "requestContext": {"http": {"method": "GET"}}}

    with RuntimeApi(request) as api:
        answer = api.answer_of(bundle, "functions.github_webhook.handler.handler", {**LAMBDA, "PYTHONPATH": str(ROOT)})

    assert answer["statusCode"] == 404
    assert "try /github/webhooks" in answer["body"]


def test_the_bootstrap_tells_the_runtime_api_what_it_lacks(local: dict[str, Built], tmp_path: Path) -> None:
    bundle = unpacked(local["github_webhook"], tmp_path)
    shutil.rmtree(bundle / "botocore")

    with RuntimeApi({}) as api:
        answer = api.answer_of(bundle, "functions.github_webhook.handler.handler", {**LAMBDA, "PYTHONPATH": str(ROOT)})

    assert "No module named 'botocore'" in answer["errorMessage"]


def test_ruff_runs_from_a_bundle_and_writes_nothing_into_it(local: dict[str, Built], tmp_path: Path) -> None:
    bundle = unpacked(local["rewrite_dags"], tmp_path)
    before = sorted(bundle.rglob("*"))
    program = (
        "from shared.adapters.ruff import RuffLinter; "
        "print(RuffLinter().rewrite({'a.py': 'from airflow import DAG\\nDAG()\\n'}))"
    )

    run = subprocess.run(isolated(bundle, program), env=LAMBDA, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert "from airflow.sdk import DAG" in run.stdout
    assert sorted(bundle.rglob("*")) == before  # on Lambda it is read-only


def test_only_the_function_that_runs_ruff_carries_it(local: dict[str, Built]) -> None:
    assert [name for name, built in local.items() if "bin/ruff" in listed(built)] == ["rewrite_dags"]


def test_every_program_in_a_production_bundle_is_for_its_processor_and_python(production: dict[str, Built]) -> None:
    found = {name: native(built) for name, built in production.items()}
    libraries = {file for files in found.values() for file in files if file.endswith(".so")}

    assert {int.from_bytes(start[18:20], "little") for files in found.values() for start in files.values()} == {AARCH64}
    assert {"pydantic_core", "cryptography"} <= {file.partition("/")[0] for file in libraries}
    assert [file for file in libraries if not file.endswith((".abi3.so", ".cpython-313-aarch64-linux-gnu.so"))] == []


def test_a_production_bundle_has_bytecode_of_its_python_or_none(production: dict[str, Built]) -> None:
    compiled = {name for name in listed(production["advance"]) if name.endswith(".pyc")}

    assert [name for name in compiled if not name.endswith(".cpython-313.pyc")] == []
    assert bool(compiled) == (sys.version_info[:2] == (3, 13))


def test_only_the_stage_with_its_own_runtime_has_a_bootstrap(
    production: dict[str, Built], local: dict[str, Built]
) -> None:
    assert all("bootstrap" in listed(built) for built in local.values())
    assert not any("bootstrap" in listed(built) for built in production.values())
    assert not any(name.startswith("awslambdaric") for name in listed(production["advance"]))


def test_a_bundle_is_the_same_bytes_from_another_folder(local: dict[str, Built], tmp_path: Path) -> None:
    copy = tmp_path / "another checkout"
    for folder in ("functions", "infra_cdk", "requirements", "shared", "state_schema"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / CACHE.parent).mkdir()
    (copy / CACHE).symlink_to(ROOT / CACHE)
    command = (sys.executable, "-m", "infra_cdk.bundles", "--stage", "local", "--only", "park", "--json")
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "HOME": str(tmp_path)}

    run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=True, umask=0o077)

    (told,) = json.loads(run.stdout)
    assert (copy / told["path"]).read_bytes() == local["park"].path.read_bytes()


def test_what_does_not_exist_is_told_with_what_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stage", "moon", "--out", str(tmp_path)]) == 2
    assert "moon.toml (there are: " in capsys.readouterr().err
    assert main(["--stage", "../local", "--out", str(tmp_path)]) == 2
    assert "is no name of a stage" in capsys.readouterr().err
    assert main(["--stage", "local", "--only", "dance", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("There is no function 'dance'; choose of github_webhook, slack, ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("stage", "told"), [("example", OTHER_PYTHON), ("local", False)])
def test_who_builds_with_another_python_is_told_once_which_one_to_use(
    stage: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--stage", stage, "--only", "slack", "--only", "advance", "--out", str(tmp_path)]

    assert main(arguments) == 0

    heard = capsys.readouterr()
    assert heard.err.count("start colder. To have it, build with Python 3.13.") == int(told)
    assert "Warning" not in heard.out


def test_sizes_are_told_to_people_and_to_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--stage", "local", "--only", "slack", "--out", str(tmp_path)]

    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("slack ")
    assert main([*arguments, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["zipped"] == (tmp_path / "local" / "slack.zip").stat().st_size
