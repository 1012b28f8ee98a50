"""What a request carries: one body, said as the platform reads it; what cannot be said is refused at once."""

from __future__ import annotations

import email
import json
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import InputError
from tests.loadtests.generator.alone import alone

bodies = alone("http.bodies")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def parts(made: Any) -> list[Message]:  # noqa: ANN401
    """The parts of a form, as strictly as Python's own reader of messages has them."""
    head = f"Content-Type: {made.headers['Content-Type']}\r\n\r\n".encode()
    read = email.message_from_bytes(head + made.content)
    assert not read.defects
    found = read.get_payload()
    assert isinstance(found, list)
    return [part for part in found if isinstance(part, Message)]


@pytest.mark.parametrize(
    ("path", "params", "asked"),
    [
        ("/products", {"limit": 20, "after": None}, "/products?limit=20"),
        ("/products?limit=20", {"after": 40}, "/products?limit=20&after=40"),
        ("/products", {"sku": ["A", "B"], "open": True}, "/products?sku=A&sku=B&open=true"),
        ("/products", [("q", "a b&c"), ("q", "ż")], "/products?q=a+b%26c&q=%C5%BC"),
        ("/products", {}, "/products"),
        ("/products", None, "/products"),
    ],
)
def test_a_query_is_added_to_the_path(path: str, params: Any, asked: str) -> None:  # noqa: ANN401
    assert bodies.query(path, params) == asked


@given(st.dictionaries(TEXT, TEXT, max_size=5))
def test_whatever_a_form_says_is_read_as_it_was_said(form: dict[str, str]) -> None:
    made = bodies.body(form=form)
    assert dict(parse_qsl(made.content.decode(), keep_blank_values=True)) == form
    assert made.headers == {"Content-Type": "application/x-www-form-urlencoded"}


def test_json_is_json_and_null_is_one() -> None:
    made = bodies.body(json={"sku": "PUMP", "quantity": 2})
    assert json.loads(made.content) == {"sku": "PUMP", "quantity": 2}
    assert made.headers == {"Content-Type": "application/json"}
    assert bodies.body(json=None).content == b"null"


def test_data_is_sent_as_it_is_under_no_name() -> None:
    assert bodies.body(data="zażółć").content == "zażółć".encode()
    assert bodies.body(data=b"\x00\xff").content == b"\x00\xff"
    assert bodies.body(data="x").headers == {}


def test_a_form_with_files_has_a_part_for_each() -> None:
    made = bodies.body(
        form={"title": "żółw", "tags": ["a", "b"]},
        files={"photo": ('dir/a "b".png', b"\r\n--\x89PNG", "image/png"), "raw": b"1"},
    )
    found = [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in parts(made)
    ]
    assert found[:3] == [("title", "żółw".encode()), ("tags", b"a"), ("tags", b"b")]
    assert found[3:] == [("photo", b"\r\n--\x89PNG"), ("raw", b"1")]
    photo = parts(made)[3]
    assert (photo.get_filename(), photo.get_content_type()) == ("a %22b%22.png", "image/png")


@given(name=TEXT, content=st.binary(max_size=50))
def test_nothing_in_a_name_or_a_file_makes_another_part_of_it(name: str, content: bytes) -> None:
    found = parts(bodies.body(files={name: (name, content)}))
    assert [part.get_payload(decode=True) for part in found] == [content]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"json": {}, "form": {}}, "a request has one body, not json and form"),
        ({"data": "x", "files": {}}, "a request has one body, not data and files"),
        ({"json": {"at": object()}}, "json: Object of type object"),
        ({"json": float}, "json: Object of type type"),
        ({"data": {"a": 1}}, "data is a text or bytes, not dict"),
        ({"form": {"a": {"b": 1}}}, "form: 'a' is a dict"),
        ({"files": {"photo": "photo.png"}}, "files: 'photo' is neither bytes nor a name with bytes"),
        ({"files": {"photo": ("p", b"", "image/png\r\nX: y")}}, "a type has no line ends"),
    ],
)
def test_what_is_no_body_is_refused_with_what_is(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        bodies.body(**asked)
