"""The parts that a bundle is made with: the lock file read for another machine, pip, bytecode, the zip file."""

import hashlib
import json
import marshal
import os
import socket
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from infra_cdk.bundling import bytecode
from infra_cdk.bundling.archive import Entry, write_archive
from infra_cdk.bundling.distributions import Distributions
from infra_cdk.bundling.errors import BundleError
from infra_cdk.bundling.locked import locked_for
from infra_cdk.bundling.pruning import is_kept
from infra_cdk.bundling.site import CACHE, installed_site
from infra_cdk.bundling.target import Target

ROOT: Final = Path(__file__).parent.parent.parent
ARM: Final = Target((3, 13), "aarch64", own=False)
HASH: Final = f"--hash=sha256:{'0' * 64}"


def tell_nobody(what: str) -> None:
    return


def lock(folder: Path, text: str) -> Path:
    file = folder / "requirements" / "runtime.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def wheel(folder: Path, tag: str = "py3-none-any", name: str = "signpost", requires: str = "") -> str:
    """A wheel with one module; its hash."""
    info = f"{name}-1.0.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    file = folder / f"{name}-1.0-{tag}.whl"
    with ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", "ARMS = 3\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"--hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip knows."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def test_the_lock_is_read_for_the_target_and_not_for_this_machine(tmp_path: Path) -> None:
    file = lock(
        tmp_path,
        f"# made by a tool\nold==1 ; python_full_version < '3.13' \\\n    {HASH}\nnew==2 ; python_version >= '3.13' \\\n"
        f"    {HASH} \\\n    {HASH}\n    # via somebody\nwin==3 ; sys_platform == 'win32' \\\n    {HASH}\n"
        f"arm==4 ; platform_machine == 'aarch64' \\\n    {HASH}\n",
    )

    assert locked_for(ARM, (file,)) == f"arm==4 {HASH}\nnew==2 {HASH} {HASH}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("signpost==1.0\n", r"has no hash for signpost: run `make lock`"),
        (f"-e . {HASH}\n", r"has a line that is no requirement, '-e \.': run `make lock`"),
    ],
)
def test_a_lock_that_locks_nothing_is_refused(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=told):
        locked_for(ARM, (lock(tmp_path, text),))


def test_a_missing_lock_is_told(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"^There is no .*runtime.txt: run `make lock`.$"):
        installed_site(tmp_path, ARM, tell_nobody)


def test_packages_are_installed_once_and_compiled_for_the_python_that_runs_them(tmp_path: Path, wheels: Path) -> None:
    lock(tmp_path, f"signpost==1.0 {wheel(wheels)}\n")
    here = Target(sys.version_info[:2], "x86_64", own=False)
    told: list[str] = []

    compiled, sources = installed_site(tmp_path, here, told.append), installed_site(tmp_path, ARM, told.append)

    assert installed_site(tmp_path, here, told.append) == compiled
    assert len(told) == 2
    assert (compiled / bytecode.cache_name("signpost.py")).is_file()
    assert not (sources / "__pycache__").exists()
    assert sorted(path.name for path in (tmp_path / CACHE).iterdir()) == sorted((compiled.name, sources.name))


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_left(tmp_path: Path, wheels: Path) -> None:
    wheel(wheels)
    lock(tmp_path, f"signpost==1.0 {HASH}\n")

    with pytest.raises(BundleError, match=r"^signpost==1.0 is not what the lock file has the hash of: "):
        installed_site(tmp_path, ARM, tell_nobody)
    assert list((tmp_path / CACHE).iterdir()) == []


@pytest.mark.parametrize("tag", ["cp313-cp313-manylinux_2_28_x86_64", "cp312-cp312-manylinux_2_28_aarch64"])
def test_without_a_wheel_for_the_target_it_is_told_which(tag: str, tmp_path: Path, wheels: Path) -> None:
    lock(tmp_path, f"signpost==1.0 {wheel(wheels, tag)}\n")

    with pytest.raises(BundleError, match=r"^There is no wheel of signpost==1.0 for Python 3.13 on aarch64: "):
        installed_site(tmp_path, ARM, tell_nobody)


def test_a_registry_that_does_not_answer_is_no_missing_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:  # bound, so that no one else listens there
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}/simple")
        for other in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
            monkeypatch.delenv(other, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_RETRIES", "1")
        lock(tmp_path, f"signpost==1.0 {HASH}\n")

        with pytest.raises(
            BundleError, match=r"^pip cannot reach the package registry .* for signpost==1.0: try again"
        ):
            installed_site(tmp_path, ARM, tell_nobody)


@pytest.mark.parametrize("tag", ["cp313-cp313-manylinux2014_aarch64", "cp311-abi3-manylinux_2_34_aarch64"])
def test_a_wheel_of_the_target_is_taken(tag: str, tmp_path: Path, wheels: Path) -> None:
    lock(tmp_path, f"signpost==1.0 {wheel(wheels, tag)}\n")

    assert (installed_site(tmp_path, ARM, tell_nobody) / "signpost.py").is_file()


def test_the_image_of_python_3_11_has_an_older_glibc() -> None:
    old, new = Target((3, 11), "aarch64", own=False), Target((3, 12), "aarch64", own=False)

    assert "manylinux_2_28_aarch64" in new.pip_options
    assert "manylinux_2_28_aarch64" not in old.pip_options
    assert "manylinux_2_26_aarch64" in old.pip_options


def test_a_distribution_comes_with_what_it_needs_on_the_target(tmp_path: Path, wheels: Path) -> None:
    needing = wheel(wheels, name="crossing", requires="signpost; platform_machine == 'aarch64'")
    lock(tmp_path, f"crossing==1.0 {needing}\nsignpost==1.0 {wheel(wheels)}\n")
    arm, intel = ARM, Target((3, 13), "x86_64", own=False)

    on_arm = Distributions(installed_site(tmp_path, arm, tell_nobody), arm)
    on_intel = Distributions(installed_site(tmp_path, intel, tell_nobody), intel)

    assert on_arm.providing(["crossing"]) == {"crossing", "signpost"}
    assert on_intel.providing(["crossing"]) == {"crossing"}
    assert set(on_arm.files("signpost")) == {
        PurePosixPath("signpost.py"),
        PurePosixPath("signpost-1.0.dist-info/METADATA"),
    }


def test_what_the_lock_lacks_is_named(tmp_path: Path, wheels: Path) -> None:
    lock(tmp_path, f"crossing==1.0 {wheel(wheels, name='crossing', requires='signpost')}\n")
    found = Distributions(installed_site(tmp_path, ARM, tell_nobody), ARM)

    with pytest.raises(BundleError, match=r"lacks signpost, which another package needs: run `make lock`"):
        found.providing(["crossing"])
    with pytest.raises(BundleError, match=r"provides `sqlalchemy`: add it to pyproject.toml"):
        found.providing(["sqlalchemy"])


COMPILE: Final = """
import importlib, json, sys
from infra_cdk.bundling.bytecode import compiled
for module in json.loads(sys.argv[1]): importlib.import_module(module)
sys.stdout.write("".join(compiled(open(path, "rb").read(), "shared/example.py").hex() for path in sys.argv[2:]))
"""


def test_bytecode_is_the_same_whatever_the_process_did_before() -> None:
    import botocore.auth
    import pydantic.main

    sources = (
        botocore.auth.__file__,
        pydantic.main.__file__,
    )  # the first has what once differed: "[", ":" as constants

    def compiled(seed: str, *modules: str) -> bytes:
        command = (sys.executable, "-c", COMPILE, json.dumps(modules), *sources)
        environment = {"PYTHONHASHSEED": seed, "PATH": ""}
        run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return bytes.fromhex(run.stdout)

    assert compiled("1") == compiled("2", "pydantic", "boto3", "email.message") == compiled("3", "botocore.auth")


def test_bytecode_is_taken_without_a_look_at_its_source(tmp_path: Path) -> None:
    source = tmp_path / "signpost.py"
    cached = tmp_path / bytecode.cache_name("signpost.py")
    cached.parent.mkdir()
    cached.write_bytes(bytecode.compiled(b"ARMS = 3\n", "signpost.py"))
    source.write_text("ARMS = 4  # never read\n")

    run = (sys.executable, "-S", "-c", "import signpost; print(signpost.ARMS)")
    told = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert told.stdout == "3\n"
    assert marshal.loads(cached.read_bytes()[16:]).co_filename == "signpost.py"


def test_a_zip_is_the_same_bytes_whenever_and_in_whichever_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    write_archive(one, {"b": Entry(b"2" * 999), "bin/a": Entry(b"1", executable=True)})
    write_archive(two, {"bin/a": Entry(b"1", executable=True), "b": Entry(b"2" * 999)})

    assert one.read_bytes() == two.read_bytes()
    with ZipFile(one) as archive:
        infos = {info.filename: info for info in archive.infolist()}
    assert list(infos) == ["b", "bin/a"]
    assert {info.date_time for info in infos.values()} == {(1980, 1, 1, 0, 0, 0)}
    assert (infos["b"].external_attr >> 16, infos["bin/a"].external_attr >> 16) == (0o100644, 0o100755)
    assert infos["b"].compress_type == ZIP_DEFLATED


def test_a_zip_that_cannot_be_finished_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "advance.zip"
    write_archive(path, {"a": Entry(b"1")})
    before = path.read_bytes()

    with pytest.raises(UnicodeEncodeError):
        write_archive(path, {"a": Entry(b"2"), "\udcff": Entry(b"a name that no zip can hold")})

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("botocore/data/endpoints.json", True),
        ("botocore/data/partitions.json", True),
        ("botocore/data/sdk-default-configuration.json", True),
        ("botocore/data/_retry.json", True),
        ("botocore/data/sqs/2012-11-05/service-2.json.gz", True),
        ("botocore/data/sqs/2012-11-05/examples-1.json", False),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("botocore/cacert.pem", True),
        ("boto3/data/ec2/2016-11-15/resources-1.json", False),
        ("boto3-1.0.dist-info/METADATA", True),
        ("boto3-1.0.dist-info/licenses/LICENSE", False),
        ("pydantic/main.pyi", False),
        ("certifi/tests/test_certify.py", False),
        ("certifi/cacert.pem", True),
        ("tzdata/zoneinfo/Europe/Berlin", True),
    ],
)
def test_of_a_package_what_a_function_can_use_is_kept(file: str, kept: bool, tmp_path: Path) -> None:
    assert is_kept(PurePosixPath(file), tmp_path) is kept


def test_of_scripts_only_programs_are_kept(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ruff").write_bytes(b"\x7fELF\x02\x01")
    (tmp_path / "bin" / "idna").write_bytes(b"#!/somewhere/python\n")

    assert is_kept(PurePosixPath("bin/ruff"), tmp_path)
    assert not is_kept(PurePosixPath("bin/idna"), tmp_path)
