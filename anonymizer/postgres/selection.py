"""Rows that were chosen: where they stand in the source, for as long as one snapshot. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

# A table, or one of its partitions: schema and name.
Part = tuple[str, str]
# A row's page and its number on the page.
Places = NDArray[np.int64]
_ON_PAGE = 16  # bits


@dataclass(frozen=True, kw_only=True)
class Selected:
    """The chosen of a table's rows (`of`), sorted by place within every part that holds some."""

    places: Mapping[Part, Places]
    of: int

    def __len__(self) -> int:
        return sum(map(len, self.places.values()))

    def spread(self, pages: int) -> int:
        """Over how many pages there are as many chosen rows as rows on so many `pages`."""
        return pages * max(1, self.of // max(1, len(self)))

    def condition(self, part: Part, first: int = 0, end: int | None = None) -> sql.Composable:
        """True for the chosen rows of a part, from page `first` up to `end`."""
        places = self.places.get(part, np.zeros(0, np.int64))
        low, high = np.searchsorted(places, [first << _ON_PAGE, (end or 1 << 46) << _ON_PAGE])
        pages, rows = np.divmod(places[low:high], 1 << _ON_PAGE)
        listed = ",".join(
            f'"({page},{row})"' for page, row in zip(pages.tolist(), rows.tolist(), strict=True)
        )
        return sql.SQL("ctid = ANY ({}::tid[])").format(sql.Literal("{" + listed + "}"))

    def rows(self) -> sql.Composable:
        """A query for all of them, of which there must be some."""
        of_parts = [
            sql.SQL("SELECT * FROM ONLY {} WHERE {}").format(sql.Identifier(*part), self.condition(part))
            for part in self.places
        ]
        return sql.SQL(" UNION ALL ").join(of_parts)


def place(page: NDArray[np.int64], row: NDArray[np.int64]) -> Places:
    """Sorted places."""
    return np.sort((page << _ON_PAGE) + row)
