"""Paths into documents, as the check reads them where no database does it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.proof.places import UNIT, compared, paths, searched, values_at
from tests.anonymizer.proof.memory import MAIL, copied


@pytest.mark.parametrize(
    ("document", "path", "found"),
    [
        ('{"mail": "a@b.pl"}', "$.mail", "a@b.pl"),
        ('{"lines": [{"to": "x"}, {"to": null}, {"to": 3}]}', "$.lines[*].to", f"x{UNIT}3"),
        ('{"lines": [{"to": "x"}, {"to": "y"}]}', "$.lines.to", f"x{UNIT}y"),
        ('{"a": {"b-c": {"deep": [1, 2]}}}', "$.a.b-c", '{"deep": [1, 2]}'),
        ('{"tags": ["p", "q"]}', "$.tags[*]", f"p{UNIT}q"),
        ('{"tags": "p"}', "$.tags[*]", "p"),
        ('{"other": "p"}', "$.mail", None),
        ("no document", "$.mail", None),
        (None, "$.mail", None),
        ('[{"a": 1}, {"a": [2, 3]}, 4]', "$[*].a", f"1{UNIT}[2, 3]"),
        ('[{"a": "x"}]', "$.a", "x"),
        ('[["x", "y"], ["z"]]', "$[*][*]", f"x{UNIT}y{UNIT}z"),
        ('{"a": [[{"b": "x"}]]}', "$.a.b", "x"),
        ('{"a": true, "b": 1.50}', "$.a", "true"),
        ('{"a": ""}', "$.a", ""),
        ('{"a": "\\ud83d"}', "$.a", "?"),
        ('{"a": "\\u0000"}', "$.a", "\x00"),
        ('{"a": {"mail": "x"}}', "$.mail", None),
        ('{"mail": {"a": "x"}}', "$.mail", '{"a": "x"}'),
        ('"text"', "$.mail", None),
        ('"text"', "$", "text"),
        ("null", "$", None),
    ],
)
def test_all_values_at_a_path_are_found(document: str | None, path: str, found: str | None) -> None:
    assert values_at(pa.array([document], pa.string()), path).to_pylist() == [found]


SEEN = {"transform": "keep", "class": "identifying"}


@pytest.mark.parametrize(
    ("rule", "base", "is_compared", "is_searched"),
    [
        ("keep", "text", [], ["c"]),
        ("keep", "jsonb", [], ["c"]),
        ("keep", "bytea", [], ["c"]),
        ("keep", "text[]", [], ["c"]),
        ("keep", "inet", [], ["c"]),
        ("keep", "integer", [], []),
        ("keep", "uuid", [], []),
        ("keep", "timestamp with time zone", [], []),
        (SEEN, "text", ["c"], ["c"]),
        (SEEN, "bigint", ["c"], []),
        (MAIL, "text", ["c"], ["c"]),
        ({"transform": "phone", "class": "identifying"}, "bigint", ["c"], []),
        ("drop", "text", [], []),
        ({"transform": "json", "class": "free", "paths": {"$.a": MAIL, "$.b": "keep", "$.d": SEEN}}, "jsonb",
         ["c $.a", "c $.d"], ["c", "c $.a"]),
        ({"transform": "composite", "class": "free", "paths": {"$.a": MAIL}}, "home", ["c $.a"], ["c"]),
    ],
)  # fmt: skip
def test_what_of_a_column_is_compared_and_what_is_searched(
    rule: object, base: str, is_compared: list[str], is_searched: list[str]
) -> None:
    table = copied({"c": rule}, types={"c": base})
    assert [place.label for place in compared(table)] == is_compared
    assert [place.label for place in searched(table)] == is_searched
    assert [inner.path for place in searched(table) for inner in paths(place)] == [
        label.partition(" ")[2] for label in is_searched if " " in label
    ]
