"""Recipes: which image stands on which, and the tag that follows from its content. Pure: knows no Docker.

An image's folder holds a Dockerfile that starts `FROM peakproof/NAME`; only `base` starts from Debian.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from environments.images.context import REQUIREMENTS, Context
from foundation.errors import InputError

PREFIX = "peakproof/"
ROOT = "debian:trixie-slim"
# Changes when this builder packs or labels differently, so that old tags are not taken for new ones.
_FORMAT = "1"
_DIGITS = 12
_FROM = re.compile(r"^\s*FROM\s+(?P<image>\S+)(?P<rest>.*)$", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9]+([._/-][a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one image is made; `tag` is its full name, `parent` another recipe's name or ROOT."""

    name: str
    parent: str
    tag: str
    dockerfile: str
    context: Context

    @property
    def requirements(self) -> str | None:
        """Pinned Python packages that belong in its site-packages."""
        return self.context.text(REQUIREMENTS)


@dataclass(frozen=True, kw_only=True)
class _From:
    line: int
    image: str
    rest: str


def root_tag(refreshed: str) -> str:
    """The tag under which Debian's root file system is kept; one a refresh date."""
    return f"{PREFIX}debian:trixie-{refreshed}"


def recipes(
    names: Iterable[str], *, read: Callable[[str], Context], known: Iterable[str], refreshed: str
) -> dict[str, Recipe]:
    """The recipes of `names` and of all they stand on, parents first.

    Raises InputError: an unknown name or parent, a cycle, a Dockerfile without exactly one FROM.
    """
    made: dict[str, Recipe] = {}
    for name in names:
        _complete(name, made, read=read, known=sorted(known), refreshed=refreshed)
    return made


def _complete(
    wanted: str,
    made: dict[str, Recipe],
    *,
    read: Callable[[str], Context],
    known: list[str],
    refreshed: str,
) -> None:
    chain: dict[str, tuple[Context, str]] = {}
    name, where = wanted, None
    while name != ROOT and name not in made:
        if name in chain:
            raise InputError(
                f"images stand on each other in a circle: {' -> '.join([*chain, name])}", where=where
            )
        _check_name(name, known, where)
        context = read(name)
        start = _from(context)
        where = f"{context.folder / 'Dockerfile'}:{start.line}"
        chain[name] = (context, _parent(start, where, known))
        name = chain[name][1]
    for name, (context, parent) in reversed(chain.items()):
        parent_tag = root_tag(refreshed) if parent == ROOT else made[parent].tag
        made[name] = recipe(name, context, parent=parent, parent_tag=parent_tag, refreshed=refreshed)


def recipe(name: str, context: Context, *, parent: str, parent_tag: str, refreshed: str) -> Recipe:
    """One image's recipe. The tag is a hash of its files, of its parent's tag and of the refresh date."""
    digest = context.digest(_FORMAT, parent_tag, refreshed)
    return Recipe(
        name=name,
        parent=parent,
        tag=f"{PREFIX}{name}:{digest[:_DIGITS]}",
        dockerfile=_rewritten(context.dockerfile, parent_tag),
        context=context,
    )


def _rewritten(dockerfile: str, parent_tag: str) -> str:
    """The Dockerfile with its FROM pointed at the parent's tag."""
    lines = dockerfile.splitlines()
    at = next(number for number, line in enumerate(lines) if _FROM.match(line))
    rest = _FROM.match(lines[at])
    assert rest is not None
    lines[at] = f"FROM {parent_tag}{rest['rest']}"
    return "\n".join(lines) + "\n"


def _from(context: Context) -> _From:
    found = [
        _From(line=number, image=match["image"], rest=match["rest"])
        for number, line in enumerate(context.dockerfile.splitlines(), start=1)
        if (match := _FROM.match(line))
    ]
    if len(found) != 1:
        line = found[1].line if found else 1
        raise InputError(
            f"{len(found)} FROM lines: an image has exactly one",
            where=f"{context.folder / 'Dockerfile'}:{line}",
            hint=f"start with FROM {PREFIX}python or another of ours",
        )
    return found[0]


def _parent(start: _From, where: str, known: list[str]) -> str:
    if start.image == ROOT:
        return ROOT
    if not start.image.startswith(PREFIX):
        allowed = ", ".join(PREFIX + name for name in known)
        raise InputError(
            f"FROM {start.image}: no image registry is assumed, so an image stands on one of ours",
            where=where,
            hint=f"allowed: {allowed}",
        )
    return start.image.removeprefix(PREFIX)


def _check_name(name: str, known: list[str], where: str | None) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise InputError(f"there is no image {name!r}", where=where, hint=hint)
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be an image's name: small letters, digits, . _ - and /", where=where
        )
