"""What services, volumes and secrets are called here: the letters that names of ours have. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from environments.naming import RESERVED

LONGEST = 41


def plain(text: str) -> str:
    """`text` in lower-case letters, digits and dashes, a letter first."""
    word = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return (word if word[:1].isalpha() else f"s-{word}".rstrip("-"))[:LONGEST].rstrip("-")


def of_services(names: Iterable[str]) -> Mapping[str, str]:
    """Each service's name here: its own where it can be, and none that another's node has."""
    given: dict[str, str] = {}
    wanted = sorted(names, key=lambda name: plain(name) != name)  # whose name is right keeps it
    for name in wanted:
        word = f"{plain(name)}-service" if plain(name) in RESERVED else plain(name)
        base, _, number = word.rpartition("-")
        if number.isdigit() and base in {plain(each) for each in wanted}:
            word = f"{base}{number}"
        given[name] = free(word, given.values())
    return given


def free(word: str, taken: Iterable[str]) -> str:
    """`word`, with a number where it is taken."""
    used, number, found = set(taken), 2, word
    while found in used:
        found, number = f"{word[: LONGEST - 3]}x{number}", number + 1
    return found
