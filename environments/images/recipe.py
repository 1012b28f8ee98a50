"""Recipes: which image stands on which, and the tag that follows from its content. Pure: knows no Docker.

A folder of ours holds a Dockerfile with one `FROM peakproof/NAME`; only `base` starts from Debian. A
platform's (platform/folder) may have several stages, each on any base; those of ours are built before it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from environments.dockerfiles import PREFIX, From, bases, rewritten, stages, without_buildkit
from environments.images.context import REQUIREMENTS, SITE_PACKAGES, Context
from foundation.errors import InputError

ROOT = "debian:trixie-slim"
# Changes when this builder packs or labels differently, so that old tags are not taken for new ones.
_FORMAT = "1"
_DIGITS = 12
# Mounts of a RUN, texts within (`<<EOF`), and another syntax.
_NEW = re.compile(r"^# *syntax *=|^\s*RUN\s+--|^\s*(?:RUN|COPY|ADD)\s.*<<", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"[a-z0-9]+([._/-][a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one image is made; `tag` is its full name.

    `parents`: what it stands on of ours, other recipes' names or ROOT; `foreign`: the images of others that
    its last stage, or another, stands on.
    """

    name: str
    parents: tuple[str, ...]
    tag: str
    dockerfile: str
    context: Context
    foreign: tuple[str, ...] = ()

    @property
    def requirements(self) -> str | None:
        """Pinned Python packages that belong in its site-packages, if its Dockerfile takes any from there."""
        return self.context.text(REQUIREMENTS) if SITE_PACKAGES in self.dockerfile else None

    @property
    def without_buildkit(self) -> str:
        """The Dockerfile in the words of the engine's own builder."""
        return without_buildkit(self.dockerfile)

    @property
    def wants_buildkit(self) -> bool:
        """Whether it is more than one stage on one of ours, or says what only BuildKit understands."""
        return bool(self.foreign) or len(stages(self.dockerfile)) > 1 or bool(_NEW.search(self.dockerfile))


def root_tag(refreshed: str) -> str:
    """The tag under which Debian's root file system is kept; one a refresh date."""
    return f"{PREFIX}debian:trixie-{refreshed}"


def recipes(
    names: Iterable[str], *, read: Callable[[str], Context], known: Iterable[str], refreshed: str
) -> dict[str, Recipe]:
    """The recipes of `names` and of all they stand on, parents first.

    Raises InputError: an unknown name or parent, a cycle, a Dockerfile without FROM, one of ours on another.
    """
    made: dict[str, Recipe] = {}
    names_known = sorted(known)
    for name in names:
        _complete(name, made, (), read=read, known=names_known, refreshed=refreshed)
    return made


def _complete(
    name: str,
    made: dict[str, Recipe],
    above: tuple[tuple[str, str], ...],
    *,
    read: Callable[[str], Context],
    known: list[str],
    refreshed: str,
) -> None:
    """Adds the recipe of `name` after those that it stands on. `above`: who stands on it, and where."""
    where = above[-1][1] if above else None
    chain = [each for each, _ in above]
    if name in chain:
        circle = " -> ".join([*chain[chain.index(name) :], name])
        raise InputError(f"images stand on each other in a circle: {circle}", where=where)
    if name in made:
        return
    _check_name(name, known, where)
    context = read(name)
    starts = _starts(name, context, known)
    parents = _parents(starts)
    for start in starts:
        if start.image.startswith(PREFIX):
            at = f"{context.folder / 'Dockerfile'}:{start.line}"
            _complete(
                start.image.removeprefix(PREFIX), made, (*above, (name, at)),
                read=read, known=known, refreshed=refreshed,
            )  # fmt: skip
    tags = {parent: root_tag(refreshed) if parent == ROOT else made[parent].tag for parent in parents}
    made[name] = recipe(name, context, tags, refreshed=refreshed)


def recipe(name: str, context: Context, parents: Mapping[str, str], *, refreshed: str) -> Recipe:
    """One image's recipe. The tag is a hash of its files, of its parents' tags and of the refresh date."""
    digest = context.digest(_FORMAT, *parents.values(), refreshed)
    images = {parent if parent == ROOT else f"{PREFIX}{parent}": tag for parent, tag in parents.items()}
    others = (start.image for start in bases(context.dockerfile) if start.image not in {*images, "scratch"})
    return Recipe(
        name=name,
        parents=tuple(parents),
        tag=f"{PREFIX}{name}:{digest[:_DIGITS]}",
        dockerfile=rewritten(context.dockerfile, images),
        context=context,
        foreign=tuple(dict.fromkeys(others)),
    )


def _parents(starts: Iterable[From]) -> tuple[str, ...]:
    """What a Dockerfile stands on of ours, each once."""
    ours = (each.image for each in starts if each.image == ROOT or each.image.startswith(PREFIX))
    return tuple(dict.fromkeys(image.removeprefix(PREFIX) for image in ours))


def _starts(name: str, context: Context, known: list[str]) -> list[From]:
    """The FROM lines that name an image. Ours has one, of ours; a platform's has any, and any number."""
    found = stages(context.dockerfile)
    ours = "/" not in name
    if not found or (ours and len(found) != 1):
        line = found[1].line if found else 1
        raise InputError(
            f"{len(found)} FROM lines: an image {'of ours has exactly' if ours else 'has at least'} one",
            where=f"{context.folder / 'Dockerfile'}:{line}",
            hint=f"start with FROM {PREFIX}python{'' if ours else ' or any other image'}",
        )
    if ours and found[0].image != ROOT and not found[0].image.startswith(PREFIX):
        allowed = ", ".join(PREFIX + each for each in known)
        raise InputError(
            f"FROM {found[0].image}: no image registry is assumed, so an image of ours stands on one of ours",
            where=f"{context.folder / 'Dockerfile'}:{found[0].line}",
            hint=f"allowed: {allowed}",
        )
    return bases(context.dockerfile)


def _check_name(name: str, known: list[str], where: str | None) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise InputError(f"there is no image {name!r}", where=where, hint=hint)
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be an image's name: small letters, digits, . _ - and /", where=where
        )
