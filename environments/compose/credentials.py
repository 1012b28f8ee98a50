"""Passwords, tokens and keys in the variables of services: where each is used, alone or in a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from environments.compose.service import ComposeService

_SECRET = re.compile(
    r"(?:PASSWORD|PASSWD|PASS|PWD|PW|SECRET|TOKEN|SALT|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET|ENCRYPTION|MASTER|"
    r"SIGNING|AUTH)_?KEY|KEY_BASE|AUTH)(?:_?\d)?$"
)
_NOT = re.compile(r"(?:FILE|PATH|ALLOW_EMPTY|RANDOM|ONETIME|PLUGIN|ENABLE|DISABLE|REQUIRE|MIN|MAX|NO)(?:_|$)")
_EMPTY = frozenset({"", "true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"})
_URL = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s:/@?#]*:)(?P<secret>[^\s@/?#]+)@", re.IGNORECASE)
_PAIR = re.compile(r"(?P<before>\b(?:password|pwd)\s*=\s*)(?P<secret>[^\s;&'\"]+)", re.IGNORECASE)
_GO = re.compile(r"(?P<before>^[^\s:@/]+:)(?P<secret>[^\s@:/]+)@(?:tcp|unix)?\(")


@dataclass(frozen=True, kw_only=True)
class Use:
    """A variable that has a secret. `template`: the text around it, which stands in it as {secret}."""

    service: str
    variable: str
    template: str = ""


def is_secret(variable: str) -> bool:
    """Whether a variable of that name holds a secret."""
    name = variable.upper().replace("-", "_").replace(".", "_")
    return bool(_SECRET.search(name)) and not _NOT.search(name)


def is_name(variable: str) -> bool:
    """Whether a shell has variables of that name, as a secret's must be; Elasticsearch's have dots."""
    return variable.isidentifier() and variable.isascii()


def unnamable(service: ComposeService) -> list[str]:
    """Variables that have a secret, whose names a secret's cannot have."""
    return [
        variable
        for variable, text in service.environment.items()
        if not is_name(variable) and any(_values(variable, text.text))
    ]


def uses(services: Iterable[ComposeService]) -> dict[str, list[Use]]:
    """Value -> the variables that have it."""
    found: dict[str, list[Use]] = {}
    for service in services:
        for variable, text in service.environment.items():
            if not is_name(variable):
                continue
            for value, template in _values(variable, text.text):
                found.setdefault(value, []).append(
                    Use(service=service.name, variable=variable, template=template)
                )
    return found


def _values(variable: str, text: str) -> Iterator[tuple[str, str]]:
    """The secrets in a variable's text, at most one: a template has one."""
    for pattern, word in ((_URL, "{secret.quoted}"), (_GO, "{secret}"), (_PAIR, "{secret}")):
        match = pattern.search(text)
        if match and match["secret"] not in _EMPTY:
            start, end = match.span("secret")
            value = unquote(match["secret"]) if pattern is _URL else match["secret"]
            yield value, f"{text[:start]}{word}{text[end:]}"
            return
    if is_secret(variable) and text.lower() not in _EMPTY and not re.match(r"[./~]", text):
        yield text, ""


def is_password(use: Use) -> bool:
    """Whether it is a password, which may be any: keys and tokens have forms of their own."""
    return bool(use.template) or word(use.variable).endswith("password")


def in_words(value: str, words: Iterable[str]) -> bool:
    """Whether a command says a password on its command line."""
    said = re.escape(value)
    before = (
        r"(?:-p|-a\s+|--?pass(?:word)?[=\s]+|requirepass\s+|password=|PASSWORD=|PWD=|://[^\s:/@]*:|-u\s*\S+:)"
    )
    return bool(re.search(rf"{before}['\"]?{said}(?![\w-])", " ".join(words)))


def says_a_password(words: Iterable[str]) -> bool:
    """Whether a command says one itself, and not by a variable."""
    said = r"(?:requirepass|masterauth|--pass(?:word|wd)?)[= ]['\"]?[^\s$'\"]|password=[^\s$'\"]"
    return bool(re.search(said, " ".join(words), re.IGNORECASE))


def known_elsewhere(value: str, texts: Iterable[str]) -> bool:
    """Whether a file says the value; a very short one would be found by chance."""
    return len(value) > 4 and any(
        re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text) for text in texts
    )


def mentions(service: ComposeService, host: str) -> bool:
    """Whether a variable of the service, or its command, names a host."""
    words = [text.text for text in service.environment.values()]
    words += [*(service.command or ()), *(service.entrypoint or ())]
    return any(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-])", word) for word in words)


def word(variable: str) -> str:
    """What a secret is called after its variable: `POSTGRES_PASSWORD` is a password."""
    name = variable.upper()
    kinds: Mapping[str, str] = {
        "PASS": "password",
        "PWD": "password",
        "_PW": "password",
        "_AUTH": "password",
        "TOKEN": "token",
        "KEY": "key",
        "SALT": "salt",
    }
    found = next((kind for part, kind in kinds.items() if part in name), "secret")
    return f"root{found}" if "ROOT" in name and found == "password" else found
