"""Paths into documents, as the check reads them where no database does it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anonymizer.proof.places import UNIT, values_at


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
    ],
)
def test_all_values_at_a_path_are_found(document: str | None, path: str, found: str | None) -> None:
    assert values_at(pa.array([document], pa.string()), path).to_pylist() == [found]
