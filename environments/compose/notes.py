"""What is told of an import: what was not taken over, what became something else, what to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from environments.compose.written import Place


class Outcome(StrEnum):
    """LOST: not taken over. CHANGED: taken over as something else. OPEN: it needs a person's decision."""

    LOST = "lost"
    CHANGED = "changed"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One thing that is told: of which service (none: of the file), which key, why, and what to do."""

    outcome: Outcome
    place: Place
    service: str = ""
    key: str
    what: str
    hint: str = ""

    def document(self) -> dict[str, str]:
        """For machines."""
        told = {"outcome": self.outcome.value, "where": str(self.place), "key": self.key, "what": self.what}
        more = {"service": self.service, "hint": self.hint}
        return told | {key: value for key, value in more.items() if value}


def in_order(notes: Iterable[Note]) -> tuple[Note, ...]:
    """As they stand in the files, each once."""
    return tuple(sorted(dict.fromkeys(notes), key=lambda note: (str(note.place.file), note.place.line)))
