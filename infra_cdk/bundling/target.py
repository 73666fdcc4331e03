"""What a stage's functions run on, as pip and package metadata name it."""

import os
import platform
import sys
from dataclasses import dataclass
from typing import Final, Self

from packaging.markers import default_environment

from state_schema.stage import Stage

_MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
_OLDEST_GLIBC: Final = 17
"""manylinux2014."""
_AL2_GLIBC: Final = 26
_AL2023_GLIBC: Final = 34
_FIRST_ON_AL2023: Final = (3, 12)


@dataclass(frozen=True, slots=True)
class Target:
    """Python version, machine as Linux names it, and whether functions run with the interpreter that builds them."""

    python: tuple[int, int]
    machine: str
    own: bool

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """What the stage says; where it has its own runtime, this machine."""
        if stage.own_runtime:
            return cls(sys.version_info[:2], platform.machine(), own=True)
        major, minor = stage.python.split(".")
        return cls((int(major), int(minor)), _MACHINES[stage.architecture], own=False)

    @property
    def version(self) -> str:
        """As `3.13`."""
        return "{}.{}".format(*self.python)

    @property
    def has_bytecode(self) -> bool:
        """Whether what this Python compiles can be loaded there."""
        return self.own or self.python == sys.version_info[:2]

    @property
    def pip_options(self) -> tuple[str, ...]:
        """Which wheels fit: of every manylinux up to the glibc of the Lambda image; here, what pip finds fit itself."""
        if self.own:
            return ()
        newest = _AL2023_GLIBC if self.python >= _FIRST_ON_AL2023 else _AL2_GLIBC
        tags = [f"manylinux_2_{minor}_{self.machine}" for minor in range(newest, _OLDEST_GLIBC - 1, -1)]
        tags.append(f"manylinux2014_{self.machine}")
        platforms = tuple(option for tag in tags for option in ("--platform", tag))
        return ("--implementation", "cp", "--python-version", self.version, *platforms)

    @property
    def markers(self) -> dict[str, str]:
        """What the markers of a requirement are compared with."""
        here = {key: str(value) for key, value in default_environment().items()}
        if self.own:
            return here
        linux = {
            "os_name": "posix",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": self.machine,
        }
        python = {"python_version": self.version, "python_full_version": f"{self.version}.0"}
        cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
        return here | linux | python | cpython

    def __str__(self) -> str:
        return f"Python {self.version} on {self.machine}"


def interpreter() -> str:
    """The Python that stands behind the environment in which this runs: without the environment's packages."""
    base: str = getattr(sys, "_base_executable", "") or sys.executable
    return os.path.realpath(base)
