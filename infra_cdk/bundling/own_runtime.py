"""The bootstrap of a function that runs on this machine's Python. It sees the standard library and the bundle alone, so that
what the bundle lacks is missed here as it would be on Lambda.
"""

from typing import Final

from infra_cdk.bundling.archive import Entry
from infra_cdk.bundling.target import interpreter

NAME: Final = "bootstrap"
CLIENT: Final = "awslambdaric"
"""The package that talks to Lambda's runtime API."""
_SCRIPT: Final = """\
#!{interpreter} -IS
import os
import runpy
import sys

bundle = os.path.dirname(os.path.abspath(__file__))
os.chdir(bundle)
sys.path.insert(0, bundle)
sys.dont_write_bytecode = True
sys.argv = ["{client}", os.environ["_HANDLER"]]
runpy.run_module("{client}", run_name="__main__", alter_sys=True)
"""


def bootstrap() -> Entry:
    """The executable that `provided.al2023` starts; `_HANDLER` and `AWS_LAMBDA_RUNTIME_API` come from Lambda."""
    return Entry(_SCRIPT.format(interpreter=interpreter(), client=CLIENT).encode(), executable=True)
