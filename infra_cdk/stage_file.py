"""Reads the settings of a stage from its file, and says what is wrong with them in words that a person can act on."""

from pathlib import Path
from tomllib import TOMLDecodeError

from pydantic import ValidationError

from infra_cdk.consumers import CONSUMERS
from state_schema.stage import FOLDER, Stage, is_stage_name


class StageError(ValueError):
    """The settings of a stage are missing or wrong; the text says what, where, and what to do."""


def read_stage(name: str, folder: Path = Path(FOLDER)) -> Stage:
    """The stage `name`; StageError where there is no such file, or it is not what a stage can be."""
    if not is_stage_name(name):
        raise StageError(
            f"{name!r} is no name of a stage; allowed: a lowercase letter, then letters, digits and hyphens"
        )
    file = folder / f"{name}.toml"
    try:
        stage = Stage.from_toml(file.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        known = ", ".join(sorted(one.stem for one in folder.glob("*.toml"))) or "none"
        raise StageError(
            f"There is no {file} (there are: {known}). `migrate init` writes one from your answers."
        ) from exc
    except ValidationError as exc:
        raise StageError("\n".join(_problems(file, exc))) from exc
    except (TOMLDecodeError, UnicodeDecodeError) as exc:
        raise StageError(f"{file} is not TOML: {exc}. Correct it there.") from exc
    if stage.name != name:
        raise StageError(
            f'{file} is of another stage: its name is "{stage.name}". Correct the name, or rename the file.'
        )
    _check_concurrency(file, stage)
    return stage


def _problems(file: Path, error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [
        f"{file}: {'.'.join(map(str, one['loc'])) or 'all of it'}: {one['msg']}. Correct it there." for one in found
    ]


def _check_concurrency(file: Path, stage: Stage) -> None:
    known = {consumer.function for consumer in CONSUMERS.values()}
    unknown = sorted(set(stage.concurrency) - known)
    if unknown:
        allowed = ", ".join(sorted(known))
        raise StageError(f"{file}: concurrency: {', '.join(unknown)} takes no messages; allowed: {allowed}.")
