"""Requests and answers as people may see them: without what is a secret by its name or its form. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from loadtests.generator.http.headers import Fields

BLANK = "***"
KEPT = 1024
"""Letters of a body that are kept."""
_LOOKED_AT = 16 * KEPT  # so that a secret which is cut in the middle is still one
_SHORTEST = 6  # letters: shorter values are words that may stand anywhere
_NAME = (
    r"pass(?:word|wd|phrase|code)?|secret|token|api[_-]?key|session|csrf|xsrf|credentials?|auth(?:orization)?"
    r"|pin|cvv|cvc|otp|sid"
)
_SECRET = re.compile(
    rf"(?:^|[^a-z])(?:{_NAME})(?:$|[^a-z])|{'|'.join(('password', 'secret', 'token', 'apikey'))}", re.I
)
_JSON = re.compile(r'("(?P<name>[^"\\]{1,80})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)')
_FORM = re.compile(r"(?P<lead>(?:^|[&?])(?P<name>[^=&?\s\"'<>]{1,80})=)[^&\s\"'<>]*", re.M)
_INPUT = re.compile(r"<(?:input|meta)\b[^>]*>", re.I)
_NAMED = re.compile(r"\bname\s*=\s*[\"']?([^\"'\s>]+)", re.I)
_VALUE = re.compile(r"(\b(?:value|content)\s*=\s*)(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
_PART = re.compile(r'(\bname="(?P<name>[^"]+)"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)(?:(?!\r\n--).)*', re.S)
_FORMS = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*", re.I)


def secret(name: str) -> bool:
    """Whether what stands under a name is nobody's business: password, api_key, X-CSRF-Token."""
    return _SECRET.search(re.sub(r"([a-z])([A-Z])", r"\1-\2", name)) is not None


def body(content: bytes, known: Collection[str] = ()) -> str:
    """The first letters of a body, without secrets; `known` are values that are."""
    if b"\x00" in content[:_LOOKED_AT]:
        return f"({len(content):,} bytes that are no text)"
    found = _plain(content[:_LOOKED_AT].decode("utf-8", errors="replace"), known)
    return found[:KEPT] + ("…" if len(found) > KEPT or len(content) > _LOOKED_AT else "")


def path(asked: str, known: Collection[str] = ()) -> str:
    """A path whose query has no secrets."""
    return _known(_FORM.sub(_in_form, asked), known)


def headers(fields: Fields, known: Collection[str] = ()) -> list[tuple[str, str]]:
    """Names and values; of cookies their names."""
    return [_header(name.decode("latin-1"), value.decode("latin-1"), known) for name, value in fields]


def request(sent: bytes, known: Collection[str] = ()) -> str:
    """A whole HTTP/1.1 request as people may see it."""
    head, _, content = sent.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, asked, version = first.split(" ")
    fields = [tuple(line.encode("latin-1").split(b": ", 1)) for line in lines]
    named = [f"{name}: {value}" for name, value in headers(fields, known)]  # type: ignore[arg-type]  # two each
    return "\n".join([f"{method} {path(asked, known)} {version}", *named, "", body(content, known)]).rstrip()


def words(texts: Iterable[str]) -> tuple[str, ...]:
    """Values that are worth looking for anywhere, the longest first."""
    return tuple(sorted({text for text in texts if len(text) >= _SHORTEST}, key=lambda text: -len(text)))


def _header(name: str, value: str, known: Collection[str]) -> tuple[str, str]:
    if name.lower() == "set-cookie":
        first, _, rest = value.partition(";")
        return name, f"{first.partition('=')[0]}={BLANK}" + (f";{rest}" if rest else "")
    if name.lower() == "cookie":
        return name, "; ".join(f"{each.partition('=')[0].strip()}={BLANK}" for each in value.split(";"))
    if name.lower() == "location":
        return name, path(value, known)
    return name, BLANK if secret(name) else _known(_FORMS.sub(BLANK, value), known)


def _plain(text: str, known: Collection[str]) -> str:
    text = _PART.sub(lambda m: f"{m[1]}{BLANK}" if secret(m["name"]) else m[0], text)
    text = _JSON.sub(lambda m: f'{m[1]}"{BLANK}"' if secret(m["name"]) else m[0], text)
    text = _INPUT.sub(_in_input, text)
    text = _FORM.sub(_in_form, text)
    return _known(_FORMS.sub(BLANK, text), known)


def _in_form(found: re.Match[str]) -> str:
    return f"{found['lead']}{BLANK}" if secret(found["name"]) else found[0]


def _in_input(found: re.Match[str]) -> str:
    named = _NAMED.search(found[0])
    if named is None or not secret(named[1]):
        return found[0]
    return _VALUE.sub(rf'\1"{BLANK}"', found[0])


def _known(text: str, known: Collection[str]) -> str:
    for value in known:
        text = text.replace(value, BLANK)
    return text
