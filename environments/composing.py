"""What stands around a secret where a program wants more than the secret alone, such as a URL. Pure.

A template has the secret exactly once, so that it can be found again in what was made of it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from foundation.secrets import Secret

PLAIN, QUOTED = "{secret}", "{secret.quoted}"
_PLACE = re.compile(r"\{secret(?:\.quoted)?\}")


def checked_template(text: str) -> str:
    """`text`, if it has the secret once. Raises ValueError."""
    if len(_PLACE.findall(text)) != 1 or f"\\{PLAIN[:-1]}" in text:
        raise ValueError(f"{text!r} must have {PLAIN} once, or {QUOTED}, which is percent-encoded for a URL")
    return text


def shown(secret: Secret, template: str | None) -> Secret:
    """What a node is given: the secret, in its template where it has one. It is a secret itself."""
    if template is None:
        return secret
    value = secret.reveal()
    place = _PLACE.search(template)
    assert place is not None, "it was checked"
    shown = quote(value, safe="") if place[0] == QUOTED else value
    return Secret(f"{template[: place.start()]}{shown}{template[place.end() :]}")


def parted(text: str, template: str | None) -> Secret | None:
    """The secret in a text that `shown` made; None where the text is of another template."""
    if template is None:
        return Secret(text)
    place = _PLACE.search(template)
    assert place is not None, "it was checked"
    before, after = template[: place.start()], template[place.end() :]
    if len(text) < len(before) + len(after) or not (text.startswith(before) and text.endswith(after)):
        return None
    inner = text[len(before) : len(text) - len(after)]
    return Secret(unquote(inner) if place[0] == QUOTED else inner)
