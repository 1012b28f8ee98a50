"""What pydantic finds wrong, in the words of the person who wrote it. Pure: knows no document."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_LONGEST = 60


def said(message: str) -> str:
    """What pydantic says is wrong, as the end of a sentence."""
    message = message.removeprefix("Value error, ")
    return (message[:1].lower() + message[1:]).replace("input should be", "must be")


def shown(value: object) -> str:
    """A value as people wrote it, cut where it is long."""
    text = _WORDS.get(value, "") if isinstance(value, bool | None) else ""
    text = text or (repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def told(kind: str, value: object, message: str) -> str:
    """One mistake of pydantic's `kind` about `value`; `message` is its own, where we know no better."""
    words = _KINDS.get(kind)
    return words(value) if words else said(message)


_WORDS: Mapping[object, str] = {True: "true", False: "false", None: "nothing"}


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        return f"expected text, got {_what(value)}"
    quoted = '""' if value is None else f'"{shown(value)}"'
    return f"expected text, got {shown(value)}; in quotes it is text: {quoted}"


def _what(value: object) -> str:
    if isinstance(value, dict):
        return "keys with values"
    return "a list" if isinstance(value, list) else shown(value)


def _list(value: object) -> str:
    hint = (
        ""
        if isinstance(value, dict) or value is None
        else f"; a list of one is [{shown(value).strip(chr(39))}]"
    )
    return f"expected a list, got {_what(value)}{hint}"


def _mapping(value: object) -> str:
    return f"expected keys with values (`key: value`), got {_what(value)}"


def _whole(value: object) -> str:
    return f"expected a whole number, got {_what(value)}"


def _number(value: object) -> str:
    return f"expected a number, got {_what(value)}"


def _finite(value: object) -> str:
    return f"expected a finite number, got {_what(value)}"


def _yes_or_no(value: object) -> str:
    return f"expected true or false, got {_what(value)}"


def _nothing(_value: object) -> str:
    return "must not be empty"


_KINDS: Mapping[str, Callable[[object], str]] = {
    "string_type": _text,
    "list_type": _list,
    "tuple_type": _list,
    "set_type": _list,
    "dict_type": _mapping,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "mapping_type": _mapping,
    "int_type": _whole,
    "int_parsing": _whole,
    "int_parsing_size": _whole,
    "int_from_float": _whole,
    "float_type": _number,
    "float_parsing": _number,
    "finite_number": _finite,
    "bool_type": _yes_or_no,
    "bool_parsing": _yes_or_no,
    "too_short": _nothing,
    "string_too_short": _nothing,
}
