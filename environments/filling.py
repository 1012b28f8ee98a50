"""Places in the texts of services that cannot be filled, each told where the text stands. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from environments import placeholders
from environments.definition import Definition
from environments.placeholders import ITSELF, Place, Text
from environments.services import KINDS
from environments.topology import Binding
from foundation.documents import did_you_mean
from foundation.errors import Problem

_STAYS = r"`\{` is a brace that stays one"


def problems(definition: Definition, bindings: Mapping[str, Binding]) -> Iterator[Problem]:
    """Places that ask for a property that there is not, or for a service by nearly its name; wrong forms.

    A service that the definition left out is no problem: a process may run without it.
    """
    for name, options in definition.written.services.items():
        for text in KINDS[options.kind].texts(options, definition.platform):
            for place in placeholders.places(text.text, bindings):
                if wrong := _wrong(definition, text, place, bindings):
                    where = text.where or definition.document.where(("services", name, *text.at))
                    yield Problem(where=where, what=f"{text.name} {wrong[0]}", hint=wrong[1])


def _wrong(
    definition: Definition, text: Text, place: Place, bindings: Mapping[str, Binding]
) -> tuple[str, str] | None:
    """What is wrong with a place, and what to do; None where it can be filled."""
    if place.service == ITSELF and ITSELF not in bindings:
        return _of_secret(text, place)
    known = [f"{service}.{key}" for service, bound in bindings.items() for key in bound.properties()]
    word = f"{place.service}.{place.wanted}"
    if not place.right:
        own = [f"{{{each}}}" for each in known if each.startswith(f"{place.service}.")]
        hint = f"write {{{word}}}" if word in known else did_you_mean(place.wanted and f"{{{word}}}", own)
        return f"has {place.written!r}, which is not filled in", f"{hint}; {_STAYS}"
    meant = place.service in bindings or difflib.get_close_matches(place.service, bindings)
    if word in known or not meant:
        return None
    of = definition.written.services.get(place.service)
    key = KINDS[of.kind].keys.get(place.wanted) if of else None
    hint = f"write `{key}` under {place.service!r}" if key else did_you_mean(word, known)
    return f"asks for {{{word}}}, which the definition does not have", hint


def _of_secret(text: Text, place: Place) -> tuple[str, str] | None:
    if not text.around:
        what = f"has {place.written!r}: a secret is filled into a `value` of `secrets` alone"
        return what, f"such as `{{as: environment, variable: NAME, value: …}}`; {_STAYS}"
    if place.right and place.wanted in ("", "quoted"):
        return None
    return f"has {place.written!r}, which is not filled in", "write {secret} or {secret.quoted}"
