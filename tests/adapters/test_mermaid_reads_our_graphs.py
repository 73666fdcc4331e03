"""Mermaid's own parser (npm `mermaid`) as the judge of what `migrate plan graph` prints."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, Final

import pytest

from shared.messages.plan_graph import mermaid
from state_schema.plan import Plan
from tests.stories import the_plan
from tests.unit.plans import HOSTILE, a_plan, every_kind, hostile

PACKAGE: Final = "mermaid"
VERSION: Final = "11.17.2"
MEMBER: Final = "package/dist/mermaid.min.js"
SCRIPT: Final = Path(__file__).parent.parent.parent / ".cache" / f"mermaid-{VERSION}.min.js"
# Mermaid cleans labels by DOMPurify, which hands them back as they are where the document cannot make another one.
READ: Final = """
const document = {nodeType: 9, implementation: {}, createElement: () => ({})};
globalThis.window = {document, Element: class {}, addEventListener: () => {}};
const {readFileSync} = require("fs");
require("vm").runInThisContext(readFileSync(process.argv[1], "utf8"));
const drawings = JSON.parse(readFileSync(0, "utf8"));
(async () => {
    const read = [];
    for (const drawing of drawings) {
        await globalThis.mermaid.parse(drawing);
        const {db, type} = await globalThis.mermaid.mermaidAPI.getDiagramFromText(drawing);
        const groups = db.getSubGraphs().map(({id, title, nodes}) => ({id, title, nodes}));
        const nodes = [...db.getVertices().values()].map(({id, type, text, classes}) => ({id, type, text, classes}));
        read.push({type, groups, nodes, arrows: db.getEdges().map(({start, end}) => [start, end])});
    }
    console.log(JSON.stringify(read));
})().catch(error => { console.error(error.message); process.exit(1); });
"""

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mermaid as one file, fetched once and kept in `.cache`."""
    if shutil.which("node") is None:
        pytest.skip("NOT TESTED: node is not installed, so nothing can run Mermaid's parser")
    if not SCRIPT.exists():
        _fetch(tmp_path_factory.mktemp("npm"))
    return SCRIPT


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"NOT TESTED: npm is not installed, so {PACKAGE}@{VERSION} cannot be downloaded")
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if packed.returncode:
        pytest.skip(f"NOT TESTED: {PACKAGE}@{VERSION} cannot be downloaded: {packed.stderr.strip()[-300:]}")
    with tarfile.open(folder / f"{PACKAGE}-{VERSION}.tgz") as archive:
        found = archive.extractfile(MEMBER)
        assert found is not None
        whole = folder / SCRIPT.name
        whole.write_bytes(found.read())
    # Moved as a whole, so that a file which was cut off is never taken for the script.
    SCRIPT.parent.mkdir(exist_ok=True)
    shutil.move(whole, SCRIPT)


def read(script: Path, *drawings: str) -> list[dict[str, Any]]:
    run = subprocess.run(
        ["node", "-e", READ, str(script)],
        input=json.dumps(drawings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if run.returncode:
        raise AssertionError(run.stderr[:2000])
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def test_the_example_is_read_as_it_is_meant(script: Path) -> None:
    (found,) = read(script, mermaid(the_plan()))
    groups = {group["id"]: group for group in found["groups"]}

    assert found["type"] == "flowchart-v2"
    assert {group["title"] for group in groups.values()} >= {"once for all environments", "test", "prod-us", "prod-eu"}
    assert sorted(groups["t1"]["nodes"]) == ["t1p0", "t1p1", "t1p2", "t1p3"]
    assert sorted(groups["t2p0"]["nodes"]) == ["t2p0s0", "t2p0s0a", "t2p0s1", "t2p0s2"]
    assert [arrow for arrow in found["arrows"] if "p" not in arrow[0]] == [["t0", "t1"], ["t1", "t2"], ["t1", "t3"]]
    assert {node["id"] for node in found["nodes"] if "gated" in node["classes"]} == {
        "t2p0s0a", "t2p1s0", "t2p2s1", "t3p0s0a", "t3p1s0", "t3p2s1",
    }  # fmt: skip


def test_each_kind_of_step_has_the_shape_that_is_meant(script: Path) -> None:
    (found,) = read(script, mermaid(every_kind()))
    shapes = {node["id"]: node["type"] for node in found["nodes"] if "s" in node["id"]}

    assert list(shapes.values()) == ["square", "hexagon", "stadium", "diamond", "circle", "circle", "square"]


def test_hostile_text_changes_nothing_but_labels(script: Path) -> None:
    drawings = [mermaid(hostile(text)) for text in (*HOSTILE, "x")]
    *found, plain = read(script, *drawings)

    for one in found:
        assert _skeleton(one) == _skeleton(plain)


def test_words_of_mermaid_may_be_names(script: Path) -> None:
    words = ("end", "subgraph", "class", "click", "style", "direction", "default", "o", "x", "graph")
    steps = [{"id": word, "skill": "verify"} for word in words]
    plan: Plan = a_plan(*steps, environments={word: {} for word in words})
    (found,) = read(script, mermaid(plan))

    assert [group["title"] for group in found["groups"] if "p" not in group["id"]] == list(words)
    assert [node["text"].split("<br/>")[0] for node in found["nodes"] if node["id"].startswith("t0p0s")] == list(words)


def test_the_judge_refuses_what_is_no_drawing(script: Path) -> None:
    with pytest.raises(AssertionError, match="Parse error"):
        read(script, mermaid(the_plan()).replace('"]', "]", 1))


def _skeleton(found: dict[str, Any]) -> Any:
    nodes = [(node["id"], node["type"], tuple(node["classes"])) for node in found["nodes"]]
    return nodes, [(group["id"], tuple(group["nodes"])) for group in found["groups"]], found["arrows"]
