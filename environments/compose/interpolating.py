"""`${VARIABLE:-default}` and its kin, by the Compose specification. Pure.

Interpolation belongs to values alone, never to keys, and comes before files are merged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from environments.compose.written import Items, Place, Text, Value
from foundation.errors import Problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")


@dataclass(kw_only=True)
class Interpolation:
    """Fills texts from `variables`; keeps what was wrong, and what was asked for and not set."""

    variables: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    unset: dict[str, Place] = field(default_factory=dict)

    def value(self, value: Value) -> Value:
        """The same tree with every text filled."""
        if isinstance(value, Text):
            if "$" not in value.text:
                return value
            return replace(value, text=self.text(value.text, value.place))
        if isinstance(value, Items):
            return replace(value, items=tuple(self.value(each) for each in value.items))
        return replace(value, entries={key: self.value(each) for key, each in value.entries.items()})

    def text(self, text: str, place: Place) -> str:
        """`text` filled; `$$` is a dollar sign."""
        parts, at = [], 0
        while (found := text.find("$", at)) >= 0:
            parts.append(text[at:found])
            filled, at = self._variable(text, found, place)
            parts.append(filled)
        return "".join(parts) + text[at:]

    def _variable(self, text: str, at: int, place: Place) -> tuple[str, int]:
        """What stands for the variable that begins at `at`, and where the text goes on."""
        if text.startswith("$$", at):
            return "$", at + 2
        if name := _NAME.match(text, at + 1):
            return self._plain(name[0], place), name.end()
        name = _NAME.match(text, at + 2) if text.startswith("${", at) else None
        end = _closing(text, at + 2) if name else None
        if name is None or end is None:
            self.problems.append(
                place.problem(
                    f"{text[at : at + 20]!r} is no variable", "`${NAME}`, or `$$` for a dollar sign"
                )
            )
            return "", len(text)
        return self._braced(name[0], text[name.end() : end], place), end + 1

    def _plain(self, name: str, place: Place) -> str:
        if name not in self.variables:
            self.unset.setdefault(name, place)
        return self.variables.get(name, "")

    def _braced(self, name: str, rest: str, place: Place) -> str:
        if not rest:
            return self._plain(name, place)
        operator = _OPERATOR.match(rest)
        if operator is None:
            self.problems.append(place.problem(f"${{{name}{rest}}} is not of Compose's forms"))
            return ""
        set_ = bool(self.variables.get(name)) if operator[0][0] == ":" else name in self.variables
        return self._chosen(name, operator[0][-1], rest[operator.end() :], place, is_set=set_)

    def _chosen(self, name: str, operator: str, word: str, place: Place, *, is_set: bool) -> str:
        if operator == "+":
            return self.text(word, place) if is_set else ""
        if is_set:
            return self.variables[name]
        if operator == "-":
            return self.text(word, place)
        told = f": {self.text(word, place)}" if word else ""
        self.problems.append(place.problem(f"the variable {name} is not set{told}"))
        return ""


def _closing(text: str, at: int) -> int | None:
    """Where the brace that was open at `at` closes, braces inside counted."""
    depth = 1
    for position in range(at, len(text)):
        if text.startswith("${", position):
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    return None
