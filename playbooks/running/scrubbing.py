"""Takes secrets out of what Ansible says, before anybody sees or keeps it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from foundation.secrets import Secret
from playbooks.specs import Option

MASK = "***"
_SHORTEST = 4
"""Characters; anything shorter is no secret, and would be found in every other word."""
_A_LINE = 16
"""Characters from which a line of a secret of several lines is taken out alone."""


def secrets_of(hosts: Mapping[str, Mapping[str, object]], known: Mapping[str, Option]) -> frozenset[str]:
    """The secrets among the variables of hosts: those that are `Secret`, and options that say `no_log`."""
    return frozenset(
        text
        for variables in hosts.values()
        for name, value in variables.items()
        for text in _texts(value, known.get(name), secret=False)
    )


def _texts(value: object, option: Option | None, *, secret: bool) -> Iterator[str]:
    """The secret texts in a value; of keys with values each has an option of its own."""
    secret = secret or (option is not None and option.secret)
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, str) and secret:
        yield value
    elif isinstance(value, Mapping):
        inner = (option.options if option else None) or {}
        for key, each in value.items():
            yield from _texts(each, inner.get(str(key)), secret=secret)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, option, secret=secret)


class Scrubber:
    """Replaces secrets in texts and in everything that has texts in it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)

    def text(self, said: str) -> str:
        """The text without any."""
        for form in self._forms:
            if form in said:
                said = said.replace(form, MASK)
        return said

    def value(self, found: object) -> object:
        """The value without any, however deep."""
        if isinstance(found, str):
            return self.text(found)
        if isinstance(found, Mapping):
            return {key: self.value(inner) for key, inner in found.items()}
        if isinstance(found, list):
            return [self.value(inner) for inner in found]
        return found


def _forms(secret: str) -> Iterator[str]:
    """How a secret may appear: as it is, as JSON writes it, line by line as in a diff."""
    yield from (secret, secret.strip(), json.dumps(secret)[1:-1])
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _A_LINE)
