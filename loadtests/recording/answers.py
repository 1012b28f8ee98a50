"""What each series was answered: requests by status, and how many of them went wrong. Standard library.

Every request counts, also one that was repeated: these are attempts, not journeys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

NONE, WELL = "no answer", "well"
"""What has no status: no answer came, or an event that has none (a message, a query) went well."""


@dataclass(kw_only=True)
class Answers:
    """Requests of one series by what they were answered ("201", NONE, WELL); `wrong` of them were no use."""

    by_status: Counter[str] = field(default_factory=Counter)
    wrong: int = 0

    @property
    def total(self) -> int:
        return self.by_status.total()

    @property
    def below_400(self) -> int:
        """Requests that were answered, and not by an error."""
        return sum(number for status, number in self.by_status.items() if status == WELL or status < "400")

    @property
    def share_wrong(self) -> float:
        return self.wrong / self.total if self.total else 0.0

    def add(self, status: int | None, *, wrong: bool) -> None:
        """One request more."""
        self.by_status[str(status) if status else NONE if wrong else WELL] += 1
        self.wrong += wrong

    def document(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {"wrong": self.wrong, "by_status": dict(self.by_status)}

    def in_words(self) -> str:
        """Every status with its number, the most frequent first: "201 x 594, no answer x 3"."""
        return ", ".join(f"{status} x {number:,}" for status, number in self.by_status.most_common())


def read(values: Mapping[str, object]) -> Answers:
    """The answers of one series in a summary. Raises KeyError, TypeError, ValueError: not as written."""
    counted = values["by_status"]
    if not isinstance(counted, Mapping):
        raise TypeError("by_status is no object")
    return Answers(
        by_status=Counter({str(status): int(number) for status, number in counted.items()}),
        wrong=int(str(values["wrong"])),
    )


def summed(every: Iterable[Mapping[str, Answers]]) -> dict[str, Answers]:
    """Those of all workers, by series in order of their names."""
    total: dict[str, Answers] = {}
    for found in every:
        for name, each in found.items():
            sum_of_all = total.setdefault(name, Answers())
            sum_of_all.by_status.update(each.by_status)
            sum_of_all.wrong += each.wrong
    return dict(sorted(total.items()))
