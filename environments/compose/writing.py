"""The two documents as text that people like to read, and the files on the disk. The edge that writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from environments.compose.importing import Imported
from environments.compose.secret_plan import FOLDER
from foundation import files
from foundation.errors import InputError

_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as such, and lists of words on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - yaml's own
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - yaml's own
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and not any(line != line.rstrip() for line in text.split("\n")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _listed(dumper: yaml.SafeDumper, values: Sequence[object]) -> yaml.SequenceNode:
    flat = all(isinstance(each, str | int) and "\n" not in str(each) for each in values)
    short = sum(len(str(each)) + 2 for each in values) < _WIDTH - 20
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=flat and short)


def _mapped(dumper: yaml.SafeDumper, value: Mapping[str, object]) -> yaml.MappingNode:
    """What has but a few words, such as where a secret goes, on one line."""
    flat = all(_is_flat(each) for each in value.values())
    short = sum(len(str(key)) + len(str(each)) + 4 for key, each in value.items()) < 70
    one = flat and short and set(value) <= _ON_ONE_LINE
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=one)


def _is_flat(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_flat(each) for each in value)
    return isinstance(value, str | int) and "\n" not in str(value)


_ON_ONE_LINE = frozenset({"as", "variable", "value", "path", "file", "mode", "port", "protocol", "command"})
_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _listed)
_Dumper.add_representer(dict, _mapped)


_MARK = "# Written by `peakproof env import`"


def platform_text(imported: Imported) -> str:
    """platform.yaml."""
    return (
        f"{_first(imported)}\n"
        "# Journeys, sample data and conservation.sql join it for rehearsals: docs/your-platform.md.\n"
        + _dumped(imported.platform)
    )


def _first(imported: Imported) -> str:
    return f"{_MARK} from {imported.origin}; yours from here on."


def definition_text(imported: Imported) -> str:
    """The definition, with a comment where somebody has to look."""
    head = {key: value for key, value in imported.definition.items() if key not in ("services", "secrets")}
    services = imported.definition["services"]
    assert isinstance(services, Mapping)
    lines = [
        f"# Written by `peakproof env import` from {imported.origin}; yours from here on.",
        *_dumped(head).splitlines(),
    ]
    if not imported.entry.sure:
        lines = [
            f"{line}  # guessed: {imported.entry.why}" if line.startswith("entry:") else line
            for line in lines
        ]
    lines += ["", "services:"]
    for name, options in services.items():
        lines += [f"  # look: {comment}" for comment in imported.comments.get(name, ())]
        lines += _indented(_dumped({name: options}))
        lines.append("")
    if secrets := imported.definition.get("secrets"):
        lines += _dumped({"secrets": secrets}).splitlines()
    return "\n".join(lines).rstrip() + "\n"


def _dumped(value: Mapping[str, object]) -> str:
    return yaml.dump(dict(value), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}" if line else "" for line in text.splitlines())


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where it stands."""

    platform: Path
    definition: Path
    secrets: tuple[Path, ...]


def write(imported: Imported, folder: Path, *, over: bool) -> Written:
    """Writes everything. `over`: also over what an import wrote. Raises InputError: something is there."""
    written = Written(
        platform=folder / "platform.yaml",
        definition=folder / f"{imported.name}.yaml",
        secrets=tuple(folder / name for name in imported.kept),
    )
    _refuse([written.platform, written.definition], over=over)
    if not over:
        _refuse(written.secrets, over=False)
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in (
        (written.platform, platform_text(imported)),
        (written.definition, definition_text(imported)),
    ):
        with files.whole(path) as file:
            file.write(text.encode())
    if imported.kept:
        _keep(imported, folder)
    return written


def _refuse(paths: Sequence[Path], *, over: bool) -> None:
    there = [path for path in paths if path.exists() and not (over and _is_ours(path))]
    if there and over:
        what = "exists already, and no import wrote it, so --force leaves it"
        raise InputError(what, where=str(there[0]), hint="--out FOLDER or --name NAME writes elsewhere")
    if there:
        hint = "--force writes over it; --out FOLDER writes elsewhere; --name NAME names the definition"
        raise InputError("exists already and is not written over", where=str(there[0]), hint=hint)


def _is_ours(path: Path) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8", errors="replace").startswith(_MARK)


def _keep(imported: Imported, folder: Path) -> None:
    """The secrets, which nobody else may read, and which Git does not see."""
    home = folder / FOLDER
    home.mkdir(mode=0o700, exist_ok=True)
    (home / ".gitignore").write_text("*\n")
    for name, value in imported.kept.items():
        path = folder / name
        path.unlink(missing_ok=True)
        files.write_new(path, value.reveal().encode(), hint="check the path", mode=0o600)
