"""The forms in which orders are told, and what is said of those that are none."""

from __future__ import annotations

import json
import re

import pytest

from foundation.errors import InputError
from peakproof.books.formats import rows

ROWS = [{"key": "run-1", "copies": 1}, {"key": 'run-"2"\n', "copies": 2}]
LINES = "".join(f"{json.dumps(row)}\n" for row in ROWS)


def read(text: str | bytes) -> list[object]:
    body = text if isinstance(text, bytes) else text.encode()
    return list(rows(body, "the answer", "platform.yaml:7"))


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        LINES.strip(),
        f"\ufeff{LINES}",
        LINES.replace("\n", "\r\n\r\n"),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
    ],
    ids=["lines", "no last line end", "a byte order mark", "blank lines", "a list", "a list on many lines"],
)
def test_json_is_read_in_either_form(text: str) -> None:
    assert read(text) == ROWS


def test_csv_has_texts_and_an_empty_content_is_unknown() -> None:
    assert read('key,content,state\r\nrun-1,"a,b",\r\nrun-2,,done\r\n') == [
        {"key": "run-1", "content": "a,b", "state": ""},
        {"key": "run-2", "content": None, "state": "done"},
    ]


@pytest.mark.parametrize("text", ["", "\n", "[]", "key,content,copies\n"])
def test_an_answer_without_rows_has_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '{"key": 1}\n{"key": nope}',
            "the answer, line 2 is no JSON: Expecting value at '{\"key\": nope}'",
        ),
        ("[1, 2]", "the answer, row 1: '1' is no object"),
        ("[{", "the answer is no JSON"),
        ("key,copies\nrun-1", "the answer, line 2, has other columns than the first line"),
        ("key,copies\nrun-1,1,2", "the answer, line 2, has other columns than the first line"),
        ('key,copies\n"run-1,1', "unexpected end of data"),
        ("not found", "the answer is ['not found'], and no rows"),
        (b"\xff\xfe", "the answer is no UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_what_to_give(text: str | bytes, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)) as raised:
        read(text)
    assert raised.value.where == "platform.yaml:7"
    assert "one JSON object a line" in str(raised.value.hint)
