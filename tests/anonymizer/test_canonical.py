"""A value has one spelling, however its engine writes it."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anonymizer.canonical import Kind, canonical, document

MORNING = datetime.datetime.fromisoformat("2024-06-01 10:00:00.5")
UUID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
PLAIN = "Zażółć 1.50 "
WARSAW = datetime.datetime(2024, 6, 1, 12, 0, 0, 500_000, ZoneInfo("Europe/Warsaw"))


@pytest.mark.parametrize(
    ("kind", "spellings", "expected"),
    [
        ("number", [pa.array(["1.50000"]), pa.array(["1.5"]), pa.array([Decimal("1.500")])], "1.5"),
        ("number", [pa.array(["100"]), pa.array([Decimal("100.00")])], "100"),
        ("number", [pa.array(["-0.00"]), pa.array([Decimal(0)])], "0"),
        ("number", [pa.array([Decimal("0.00000001")], pa.decimal128(20, 10)), pa.array(["0.00000001000"])],
         "0.00000001"),
        ("integer", [pa.array(["42"]), pa.array([42], pa.int16()), pa.array([42], pa.uint64())], "42"),
        ("real", [pa.array(["0.1"]), pa.array([0.1], pa.float32())], "0.1"),
        ("double", [pa.array(["Infinity"]), pa.array([float("inf")])], "inf"),
        ("double", [pa.array(["100000000000000000000"]), pa.array([1e20])], "1e+20"),
        ("boolean", [pa.array(["t"]), pa.array(["true"]), pa.array(["1"]), pa.array([1]), pa.array([True])],
         "true"),
        ("boolean", [pa.array(["f"]), pa.array(["0"]), pa.array([False])], "false"),
        ("date", [pa.array(["2024-06-01"]), pa.array([datetime.date(2024, 6, 1)])], "2024-06-01"),
        ("time", [pa.array(["12:00:00"]), pa.array([datetime.time(12)]), pa.array(["12:00:00.000000"])],
         "12:00:00"),
        ("timestamp", [pa.array(["2024-06-01 10:00:00.5"]), pa.array(["2024-06-01T10:00:00.500"]),
                       pa.array([MORNING])], "2024-06-01 10:00:00.5"),
        ("instant", [pa.array(["2024-06-01 10:00:00.5+00"]), pa.array(["2024-06-01T10:00:00.500Z"]),
                     pa.array(["2024-06-01 12:00:00.5+02"]), pa.array(["2024-06-01 15:30:00.5+05:30"]),
                     pa.array([WARSAW], pa.timestamp("us", "Europe/Warsaw")),
                     pa.array([WARSAW], pa.timestamp("ms", "UTC"))], "2024-06-01 10:00:00.5"),
        ("bytes", [pa.array([r"\x00FF"]), pa.array(["00ff"]), pa.array([b"\x00\xff"])], "00ff"),
        ("uuid", [pa.array([UUID])], UUID.lower()),
        ("json", [pa.array(['{"b": 1.50, "a": [true, null]}']), pa.array(['{"a":[true,null],"b":1.5}'])],
         '{"a":[true,null],"b":1.5}'),
        ("text", [pa.array([PLAIN]), pa.array([PLAIN]).dictionary_encode()], PLAIN),
    ],
)  # fmt: skip
def test_all_spellings_of_a_value_become_one(kind: Kind, spellings: list[pa.Array], expected: str) -> None:
    assert [canonical(one, kind).to_pylist() for one in spellings] == [[expected]] * len(spellings)


@pytest.mark.parametrize("kind", ["text", "number", "boolean", "instant", "bytes", "json", "double"])
def test_null_stays_null(kind: Kind) -> None:
    assert canonical(pa.array([None], pa.string()), kind).to_pylist() == [None]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_numbers_keep_their_value(number: Decimal) -> None:
    [text] = canonical(pa.array([f"{number:f}"]), "number").to_pylist()
    assert Decimal(text) == number


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(DOCUMENTS)
def test_documents_mean_what_they_meant(content: object) -> None:
    if "\0" not in repr(content).replace("\\x00", "\0"):  # jsonb holds no NUL
        assert json.loads(document(json.dumps(content))) == content


def test_fractions_of_documents_keep_all_their_digits() -> None:
    assert document('{"price": 10.10, "rate": 0.12345678901234567890}') == (
        '{"price":10.1,"rate":0.1234567890123456789}'
    )
