"""The forms in which a platform may tell its orders: JSON lines, a JSON list, CSV with a header. Pure."""

from __future__ import annotations

import csv
import io
import json

from foundation.errors import InputError
from peakproof.books.rows import Row

SHOWN = 1024
"""Bytes of an answer that are shown where it is wrong."""
HINT = "give one JSON object a line, one JSON list of objects, or CSV with a header line"


def rows(body: bytes, what: str, where: str) -> list[Row]:
    """The rows of an answer; none where it is empty. Raises InputError with the line that cannot be read."""
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is no UTF-8: {error}", where=where, hint=HINT) from error
    if not text:
        return []
    if text[0] == "[":
        return _list(text, what, where)
    return _lines(text, what, where) if text[0] == "{" else _csv(text, what, where)


def _list(text: str, what: str, where: str) -> list[Row]:
    found = _parsed(text, what, where, "")
    assert isinstance(found, list)  # it begins with a bracket
    return [_object(row, what, where, f"row {number}") for number, row in enumerate(found, 1)]


def _lines(text: str, what: str, where: str) -> list[Row]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return [
        _object(_parsed(line, what, where, f", line {number}"), what, where, f"line {number}")
        for number, line in lines
    ]


def _parsed(text: str, what: str, where: str, at: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        told = f"{what}{at} is no JSON: {error.msg} at {_around(text, error.pos)!r}"
        raise InputError(told, where=where, hint=HINT) from error


def _around(text: str, at: int) -> str:
    return text[max(0, at - 30) : at + 30]


def _object(row: object, what: str, where: str, at: str) -> Row:
    if not isinstance(row, dict):
        raise InputError(f"{what}, {at}: {str(row)[:60]!r} is no object", where=where, hint=HINT)
    return row


def _csv(text: str, what: str, where: str) -> list[Row]:
    """An empty field of `content` is a content that is not known."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    found: list[Row] = []
    try:
        for row in reader:
            if None in row or None in row.values():
                told = f"{what}, line {reader.line_num}, has other columns than the first line"
                raise InputError(told, where=where, hint=HINT)
            found.append({**row, "content": row.get("content") or None} if "content" in row else row)
    except csv.Error as error:
        raise InputError(f"{what}, line {reader.line_num}: {error}", where=where, hint=HINT) from error
    return found or _header_alone(reader.fieldnames or (), what, where)


def _header_alone(columns: object, what: str, where: str) -> list[Row]:
    """A header without rows is a run without orders; one word alone is no header."""
    assert isinstance(columns, list | tuple)
    if len(columns) < 2:
        raise InputError(f"{what} is {str(columns)[:60]}, and no rows", where=where, hint=HINT)
    return []
