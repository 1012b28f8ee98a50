"""Which hosts a playbook that ended early did not come to, or left in the middle. From its events alone.

A play with `serial` or `any_errors_fatal` stops at the first failure, and Ansible's statistics count
hosts whose turn never came as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping


class Plays:
    """The plays that were begun: for whom, who took part, and whom the end found in the middle."""

    def __init__(self) -> None:
        self._pattern: dict[str, str] = {}
        self._took_part: dict[str, set[str]] = defaultdict(set)
        self._batch: set[str] = set()
        self._cut: set[str] = set()

    def begun(self, play: str, pattern: str) -> None:
        """A play, or the next hosts of one that takes them a few at a time."""
        self._pattern.pop(play, None)  # the last one begun stands last
        self._pattern[play], self._batch = pattern, set()

    def took_part(self, play: str, host: str) -> None:
        self._took_part[play].add(host)
        self._batch.add(host)

    def nobody_left(self) -> None:
        """Those of this batch who did not fail themselves were left where they were."""
        self._cut |= self._batch

    def undone(self, groups: Mapping[str, Collection[str]]) -> frozenset[str]:
        """Hosts that a failure kept from being done. `groups`: group -> hosts, for whom plays are."""
        last = next(reversed(self._pattern), None)
        if last is None or not self._took_part[last]:
            return frozenset(self._cut)
        return frozenset(self._cut | (set(groups.get(self._pattern[last], ())) - self._took_part[last]))
