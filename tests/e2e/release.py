"""A next release of an assembly: other code in every bundle, and so another file in S3, as any change of ours makes it."""

import hashlib
import io
import json
import zipfile

from tests.e2e.assembly import Assembly, Asset, StackTemplate


def next_release(assembly: Assembly, name: str) -> Assembly:
    """The same templates with every bundle changed: each holds a file `release.txt` with this name."""
    changed = {asset.key: _with_file(asset, name) for asset in assembly.assets}
    stacks = []
    for stack in assembly.stacks:
        text = json.dumps(stack.template)
        for key, asset in changed.items():
            text = text.replace(key, asset.key)
        stacks.append(StackTemplate(stack.name, json.loads(text)))
    return Assembly(tuple(stacks), tuple(changed.values()))


def _with_file(asset: Asset, name: str) -> Asset:
    content = io.BytesIO(asset.content)
    with zipfile.ZipFile(content, "a") as bundle:
        bundle.writestr("release.txt", name)
    return Asset(content.getvalue(), asset.bucket, f"{hashlib.sha256(content.getvalue()).hexdigest()}.zip")
