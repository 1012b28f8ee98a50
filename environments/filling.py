"""Places in the texts of services that cannot be filled, each told where the text stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from environments import placeholders
from environments.definition import Definition
from environments.placeholders import ITSELF, Place, Text
from environments.services import KINDS
from environments.topology import Binding
from foundation.documents import did_you_mean
from foundation.errors import Problem

_STAYS = r"`\{` is a brace that stays one"
_NEARLY = 0.75  # of difflib's ratio: `orders` and `order`, but not `store` and `upstream`


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
    properties = {service: sorted(bound.properties()) for service, bound in bindings.items()}
    own = properties.get(place.service)
    if place.variable:
        return _of_variable(place, own or ())
    if not place.right:
        return None if own is None else _of_another_form(place, own)
    if own is None:
        return _of_nearly_a_service(place, properties)
    if place.wanted in own:
        return None
    of = definition.written.services.get(place.service)
    key = KINDS[of.kind].keys.get(place.wanted) if of else None
    known = [f"{service}.{each}" for service, listed in properties.items() for each in listed]
    hint = f"write `{key}` under {place.service!r}" if key else did_you_mean(_word(place), known)
    return _asks(place), f"{hint}; {_STAYS}"


def _of_variable(place: Place, own: Sequence[str]) -> tuple[str, str] | None:
    """`${…}` is a shell's or another program's, but where it would be filled, and leave its `$`."""
    if not place.right or place.wanted not in own:
        return None
    hint = rf"write {place.written}, or `$\{place.written}` for the text"
    return f"has '${place.written}', of which the `$` would stay", hint


def _of_another_form(place: Place, own: Sequence[str]) -> tuple[str, str] | None:
    """A form that is filled nowhere is a slip only with a property of ours: other templates look like it."""
    if place.wanted and place.wanted not in own and (place.open_ or not get_close_matches(place.wanted, own)):
        return None
    listed = [f"{{{place.service}.{each}}}" for each in own]
    word = f"{{{_word(place)}}}"
    hint = f"write {word}" if place.wanted in own else did_you_mean(place.wanted and word, listed)
    return f"has {place.written!r}, which is not filled in", f"{hint}; {_STAYS}"


def _of_nearly_a_service(place: Place, properties: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """`{order.host}` beside a service `orders` is a slip; `{order.id}` is of somebody's own template."""
    near = get_close_matches(place.service, properties, n=1, cutoff=_NEARLY)
    if not near or place.wanted not in properties[near[0]]:
        return None
    return _asks(place), f"did you mean '{near[0]}.{place.wanted}'? {_STAYS}"


def _asks(place: Place) -> str:
    return f"asks for {{{_word(place)}}}, which the definition does not have"


def _word(place: Place) -> str:
    return f"{place.service}.{place.wanted}"


def _of_secret(text: Text, place: Place) -> tuple[str, str] | None:
    if not text.around:
        what = f"has {place.written!r}: a secret is filled into a `value` of `secrets` alone"
        return what, f"such as `{{as: environment, variable: NAME, value: …}}`; {_STAYS}"
    if place.right and place.wanted in ("", "quoted"):
        return None
    return f"has {place.written!r}, which is not filled in", "write {secret} or {secret.quoted}"
