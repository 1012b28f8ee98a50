"""Where a name is looked up: beside the document, then in the package; with a slash it is a path."""

from __future__ import annotations

from pathlib import Path

from foundation.documents import Document, Location, did_you_mean
from foundation.errors import InputError, Problem
from foundation.wording import shown

PACKAGE = Path(__file__).resolve().parent.parent

# What a name stands for -> the folder of the package that holds them, and what is looked for.
_HOMES = {
    "definition": ("environments/definitions", "{}.yaml"),
    "site": ("environments/sites", "{}.yaml"),
    "platform": ("platforms", "{}/platform.yaml"),
    "season": ("seasons", "{}.yaml"),
}


def find(kind: str, name: str, *, beside: Path) -> Path | None:
    """The file that `name` stands for, or None. `beside` is the folder of the document that names it.

    What the file system will not show, such as too long a name or links in a circle, is not found.
    """
    try:
        return _found(kind, name, beside)
    except (OSError, RuntimeError):
        return None


def _found(kind: str, name: str, beside: Path) -> Path | None:
    home, pattern = _HOMES[kind]
    if _is_path(name):
        file = _file(name, beside)
        return file if file.is_file() else None
    file_name = pattern.format(name)
    candidates = [beside / file_name, beside / Path(home).name / file_name, PACKAGE / home / file_name]
    return next((path for path in candidates if path.is_file() and _says(path, kind)), None)


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith(".yaml")


def _file(name: str, beside: Path) -> Path:
    path = (beside / name).resolve()
    return path / "platform.yaml" if path.is_dir() else path


def _says(path: Path, kind: str) -> bool:
    """Whether a document is of that kind: seasons/laptop.yaml is not the definition `laptop`."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return any(line.startswith((f"{kind}:", "extends:")) for line in lines)


def known(kind: str, *, beside: Path) -> set[str]:
    """Names that `find` would find, for hints."""
    home, pattern = _HOMES[kind]
    folders = [beside, beside / Path(home).name, PACKAGE / home]
    if kind == "platform":
        return {path.parent.name for folder in folders for path in folder.glob("*/platform.yaml")}
    return {path.stem for folder in folders[1:] for path in folder.glob(pattern.format("*"))}


def missing(kind: str, name: str, document: Document, at: Location) -> Problem:
    """The problem of a name in a document that stands for nothing."""
    return document.problem(at, f"no {kind} {shown(name)}", _hint(kind, name, document.path.parent))


def absent(kind: str, name: str, *, beside: Path) -> InputError:
    """The error of a name on the command line that stands for nothing."""
    return InputError(f"no {kind} {shown(name)}", hint=_hint(kind, name, beside))


def _hint(kind: str, name: str, beside: Path) -> str:
    if _is_path(name):
        try:
            return f"there is no file {_file(name, beside)}"
        except (OSError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or "its links go in a circle"
            return f"{shown(str(beside / name))}: {why}"
    return f"{did_you_mean(name, known(kind, beside=beside))}; a file of your own is named by its path"
