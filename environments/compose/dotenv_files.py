"""`.env` and `env_file`, as Compose reads them: what stands in single quotes is not interpolated.

python-dotenv parses the lines; its own interpolation knows `:-` alone, and fills single quotes, too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from environments.compose.interpolating import Interpolation
from environments.compose.written import Place
from foundation.errors import InputError


def read(path: Path, around: Mapping[str, str]) -> dict[str, str]:
    """Name -> value. `around`: the variables that values may name beside those above them, which they beat.

    A name without `=` is taken from `around`, or left out. Raises InputError with every problem.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", where=str(path)) from error
    return parse(text, path, around)


def parse(text: str, path: Path, around: Mapping[str, str]) -> dict[str, str]:
    """The same of a text."""
    found: dict[str, str] = {}
    problems = []
    for line in parse_stream(io.StringIO(text)):
        place = Place(file=path, line=_line(line), folder=path.parent)
        if line.error:
            problems.append(place.problem("not NAME=VALUE"))
        if line.key is None:
            continue
        if line.value is None:
            found |= {line.key: around[line.key]} if line.key in around else {}
            continue
        filling = Interpolation(variables={**found, **around})
        found[line.key] = line.value if _literal(line) else filling.text(line.value, place)
        problems += filling.problems
    if problems:
        raise InputError(f"{len(problems)} lines of {path} cannot be read", problems=problems)
    return found


def _line(binding: Binding) -> int:
    """Where it was written: what the parser counts begins with the empty lines above."""
    string = binding.original.string
    return binding.original.line + string[: len(string) - len(string.lstrip())].count("\n")


def _literal(binding: Binding) -> bool:
    """Whether the value stands in single quotes."""
    return binding.original.string.partition("=")[2].lstrip().startswith("'")
