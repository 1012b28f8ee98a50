"""Feeds: what journeys are made of (customers, products), one CSV file each, read once."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from foundation.errors import InputError

Row = Mapping[str, str]


def read(folder: Path) -> dict[str, tuple[Row, ...]]:
    """Every CSV file in a folder by its name: customers.csv is "customers". Raises InputError."""
    if not folder.is_dir():
        raise InputError("no such folder of feeds", where=str(folder), hint="give a folder of CSV files")
    return {path.stem: _rows(path) for path in sorted(folder.glob("*.csv"))}


def _rows(path: Path) -> tuple[Row, ...]:
    with path.open(newline="", encoding="utf-8") as lines:
        rows = tuple(csv.DictReader(lines))
    if not rows:
        raise InputError("a feed without rows", where=str(path), hint="a header line, then one line a row")
    return rows
