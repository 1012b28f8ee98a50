"""What pydantic finds wrong, in the words of the person who wrote it. Pure: knows no document."""

from __future__ import annotations

import difflib
import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence

_LONGEST, _FEW = 60, 6


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """A hint for a word that is not among the allowed ones."""
    words = sorted(allowed)
    if not words:
        return "there are none"
    begun = [each for each in words if len(word) > 2 and each.startswith(word)]  # env of environment
    close = difflib.get_close_matches(word, words, n=1) or begun
    return (f"did you mean {close[0]!r}? " if close else "") + f"allowed: {', '.join(words)}"


def listed(words: Sequence[str]) -> str:
    """One, or all of them with an `or` before the last."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def said(message: str) -> str:
    """What pydantic says is wrong, as the end of a sentence."""
    message = message.removeprefix("Value error, ")
    return (message[:1].lower() + message[1:]).replace("input should be", "must be")


def shown(value: object) -> str:
    """A value as people wrote it, cut where it is long."""
    text = _WORDS.get(value, "") if isinstance(value, bool | None) else ""
    text = text or (repr(value) if isinstance(value, str) else str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def beyond(kind: str, limit: str, written: object) -> str:
    """A number that does not keep a limit of pydantic's `kind`, both as a person writes them."""
    return f"must be {_LIMITS[kind].format(limit)}, got {str(written)[:_LONGEST]}"


def told(kind: str, value: object, message: str) -> str:
    """One mistake of pydantic's `kind` about `value`; `message` is its own, where we know no better."""
    words = _KINDS.get(kind)
    if words:
        return words(value)
    return (
        f"{said(message)}, got {what(value)}{_in_quotes(value, message)}"
        if kind in _CHOICES
        else said(message)
    )


def _in_quotes(value: object, message: str) -> str:
    """That 0644 is a number, where the text is meant."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and message.endswith("'")
    return "; it is written in quotes" if number else ""


_CHOICES = frozenset({"literal_error", "enum"})
_LIMITS: Mapping[str, str] = {
    "greater_than": "more than {}",
    "greater_than_equal": "{} or more",
    "less_than": "less than {}",
    "less_than_equal": "{} or less",
}
_WORDS: Mapping[object, str] = {True: "true", False: "false", None: "nothing"}


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        return f"expected text, got {what(value)}"
    quoted = '""' if value is None else f'"{shown(value)}"'
    return f"expected text, got {shown(value)}; in quotes it is text: {quoted}"


def what(value: object) -> str:
    """A value for the end of a sentence: what kind of thing it is, or itself."""
    if isinstance(value, dict):
        return "keys with values"
    return "a list" if isinstance(value, list) else shown(value)


def _list(value: object) -> str:
    return listed_as(value, [value])


def by_word(value: object) -> str:
    """A command that was written as one text."""
    return listed_as(value, _words(value) if isinstance(value, str) else [value])


def _words(text: str) -> list[str]:
    """As a shell parts them."""
    try:
        return shlex.split(text)
    except ValueError:  # a quotation is open
        return text.split()


def listed_as(value: object, items: Sequence[object]) -> str:
    """What should be a list; with that list, where it is plain what it would be."""
    text = ", ".join(_in_a_list(each) for each in items)
    whose = "of one" if len(items) == 1 else "of its words"
    plain = not isinstance(value, dict) and value is not None and len(text) <= _LONGEST
    return f"expected a list, got {what(value)}{f'; a list {whose} is [{text}]' if plain else ''}"


def _in_a_list(word: object) -> str:
    """As it is written between the brackets of a list."""
    text = word if isinstance(word, str) else shown(word)
    return text if re.fullmatch(r"[\w./@%+=-]+", text) else json.dumps(text, ensure_ascii=False)


def _mapping(value: object) -> str:
    return mapping(value)


def mapping(value: object, keys: Sequence[str] = ()) -> str:
    """What should have keys; with their names, where they are few."""
    few = 0 < len(keys) <= _FEW
    form = f"`{keys[0]}: …`{f', also {listed(keys[1:])}' if keys[1:] else ''}" if few else "`key: value`"
    return f"expected keys with values ({form}), got {what(value)}"


def _network(value: object) -> str:
    return f"expected a range of IPv4 addresses such as 10.231.0.0/16, got {what(value)}"


def _address(value: object) -> str:
    return f"expected an IPv4 address such as 192.0.2.11, got {what(value)}"


def _whole(value: object) -> str:
    return f"expected a whole number, got {what(value)}"


def _number(value: object) -> str:
    return f"expected a number, got {what(value)}"


def _finite(value: object) -> str:
    return f"expected a finite number, got {what(value)}"


def _yes_or_no(value: object) -> str:
    return f"expected true or false, got {what(value)}"


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
    "ip_v4_network": _network,
    "ip_v4_address": _address,
    "too_short": _nothing,
    "string_too_short": _nothing,
}
