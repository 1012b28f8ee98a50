"""What a request carries: a query, and a body as JSON, as a form, of several parts or as it is. Pure."""

from __future__ import annotations

import json as _json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple
from urllib.parse import urlencode

from foundation.errors import InputError

Plain = str | int | float | bool
Values = Mapping[str, Plain | Sequence[Plain] | None] | Iterable[tuple[str, Plain]]
"""Names and values of a query or a form; several values of one name are a list, None is left out."""
File = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""A part of a form: its bytes, or its file name and bytes, or these and its type."""
_encoded = _json.JSONEncoder().encode
NOTHING: Any = object()
"""No JSON at all: None would be null."""


_NO_HEADERS: Mapping[str, str] = {}


class Body(NamedTuple):
    """Bytes and the headers that describe them."""

    content: bytes = b""
    headers: Mapping[str, str] = _NO_HEADERS


EMPTY = Body()


def query(path: str, params: Values | None) -> str:
    """A path with more in its query. Raises InputError: a value that is no text, number or truth."""
    if not params:
        return path
    encoded = urlencode(_pairs(params, "params"))
    if not encoded:
        return path
    return f"{path}{'&' if '?' in path else '?'}{encoded}"


def body(
    *,
    data: bytes | str | None = None,
    json: Any = NOTHING,  # noqa: ANN401  # whatever JSON can say
    form: Values | None = None,
    files: Mapping[str, File] | None = None,
) -> Body:
    """The one body of a request. Raises InputError: two of them, or one that is not what it is called."""
    if (data is not None) + (json is not NOTHING) + (form is not None or files is not None) > 1:
        given = [name for name, there in _given(data, json, form, files).items() if there]
        raise InputError(
            f"a request has one body, not {' and '.join(given)}", hint="only form and files go together"
        )
    if json is not NOTHING:
        return of_json(json)
    if files is not None:
        return _parts(_pairs(form or {}, "form"), files)
    if form is not None:
        return Body(content=urlencode(_pairs(form, "form")).encode(), headers=_FORM)
    return EMPTY if data is None else Body(content=_raw(data))


def of_json(value: Any) -> Body:  # noqa: ANN401  # whatever JSON can say
    """A value as JSON. Raises InputError: JSON has no way to say it."""
    try:
        return Body(_encoded(value).encode(), _JSON)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"json: {error}", hint="JSON has objects, lists, texts, numbers, truths and null"
        ) from error


def _given(data: object, json: object, form: object, files: object) -> dict[str, bool]:
    return {
        "data": data is not None,
        "json": json is not NOTHING,
        "form": form is not None,
        "files": files is not None,
    }


def _raw(data: bytes | str) -> bytes:
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    if isinstance(data, str):
        return data.encode()
    raise InputError(
        f"data is a text or bytes, not {type(data).__name__}", hint="json= and form= take objects"
    )


def _pairs(values: Values, what: str) -> list[tuple[str, str]]:
    if not isinstance(values, Mapping):
        return [(name, _text(value, name, what)) for name, value in values]
    found = []
    for name, value in values.items():
        many = value if isinstance(value, list | tuple) else [] if value is None else [value]
        found += [(name, _text(each, name, what)) for each in many]
    return found


def _text(value: object, name: str, what: str) -> str:
    """As forms say it; a truth in JSON's words, which is what most APIs read."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise InputError(
        f"{what}: {name!r} is a {type(value).__name__}", hint="a text, a number, a truth, or a list of such"
    )


def _parts(form: Sequence[tuple[str, str]], files: Mapping[str, File]) -> Body:
    """multipart/form-data (RFC 7578); names are quoted as browsers do (HTML, 4.10.21.8)."""
    boundary = secrets.token_hex(16)
    lines = []
    for name, value in form:
        lines.append(_part(boundary, f'name="{_quoted(name)}"', "", value.encode()))
    for name, file in files.items():
        called, content, kind = _file(name, file)
        lines.append(_part(boundary, f'name="{_quoted(name)}"; filename="{_quoted(called)}"', kind, content))
    return Body(
        content=b"".join(lines) + f"--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )


def _part(boundary: str, disposition: str, kind: str, content: bytes) -> bytes:
    typed = f"Content-Type: {_line(kind)}\r\n" if kind else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{typed}\r\n"
    return head.encode() + content + b"\r\n"


def _file(name: str, file: File) -> tuple[str, bytes, str]:
    if isinstance(file, bytes | bytearray):
        return name, bytes(file), _UNKNOWN
    called, content, *kind = file if isinstance(file, tuple) else ("", None)
    if not isinstance(content, bytes | bytearray) or len(kind) > 1 or not isinstance(called, str):
        raise InputError(
            f"files: {name!r} is neither bytes nor a name with bytes",
            hint='such as files={"photo": ("photo.png", content, "image/png")}',
        )
    return PurePath(called).name, bytes(content), kind[0] if kind else _UNKNOWN


def _quoted(name: str) -> str:
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _line(kind: str) -> str:
    if "\r" in kind or "\n" in kind:
        raise InputError("files: a type has no line ends")
    return kind


_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_UNKNOWN = "application/octet-stream"
