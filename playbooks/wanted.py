"""What a person asks to be configured, read and checked before any host is asked. Reads files only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from environments import loading, lookup
from environments.site import Site
from foundation import documents
from foundation.errors import InputError, Problem
from playbooks import entries, giving, specs
from playbooks.inventory import Inventory, inventory
from playbooks.running.scrubbing import secrets_of

PLAYBOOKS = Path(__file__).parent
_EVERY_RUN = frozenset({"always", "never", "all", "tagged", "untagged"})  # Ansible's own


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A playbook on a site. `only`, `tags`: empty for all; `secrets`: texts that nobody may see."""

    site: Site
    named: str
    inventory: Inventory = field(repr=False)
    playbook: Path
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that are to be reached."""
        return tuple(host for host in self.site.hosts if not self.only or host in self.only)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that are to be run; a role's own name is its tag."""
        known = tags_of(self.playbook)
        return known & frozenset(self.tags) if self.tags else known

    def opened(self, ports: Iterable[str]) -> Wanted:
        """The same with these ports open for customers."""
        site = entries.opened(self.site, ports)
        return self if site is self.site else replace(self, site=site, inventory=inventory(site))


def read(
    named: str,
    *,
    beside: Path,
    playbook: str = "site",
    limit: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Wanted:
    """A playbook for the site of that name or path. Raises InputError with every problem."""
    site = loading.site_of(named, beside=beside)
    path = lookup.find("site", named, beside=beside)
    assert path is not None
    known = specs.read()
    document = documents.read(path)
    documents.refuse(document, [*specs.problems(document, known), *giving.problems(document, known)])
    site = giving.read(site, document, known)
    made = inventory(site)
    chosen = PLAYBOOKS / f"{playbook}.yml"
    found = [*specs.missing(made.hosts, known), *_unknown_hosts(limit, site), *_unknown_tags(tags, chosen)]
    if found:
        raise InputError(f"{site.site} cannot be configured so", problems=found)
    return Wanted(
        site=site,
        named=named,
        inventory=made,
        playbook=chosen,
        only=tuple(limit),
        tags=tuple(tags),
        secrets=secrets_of(made.hosts, known),
    )


def _unknown_hosts(limit: Sequence[str], site: Site) -> Iterator[Problem]:
    for host in limit:
        if host not in site.hosts:
            hint = documents.did_you_mean(host, site.hosts)
            yield Problem(where="--limit", what=f"the site has no host {host!r}", hint=hint)


def _unknown_tags(tags: Sequence[str], playbook: Path) -> Iterator[Problem]:
    known = tags_of(playbook)
    for tag in tags:
        if tag not in known | _EVERY_RUN:
            hint = documents.did_you_mean(tag, known)
            yield Problem(where="--tags", what=f"no play has the tag {tag!r}", hint=hint)


def tags_of(playbook: Path) -> frozenset[str]:
    """The tags of a playbook's plays and of the roles in them: a role's own name is its tag."""
    plays = yaml.safe_load(playbook.read_text(encoding="utf-8"))
    tagged = [*plays, *(role for play in plays for role in play.get("roles", []) if isinstance(role, dict))]
    return frozenset(tag for each in tagged for tag in _listed(each.get("tags"))) - _EVERY_RUN


def _listed(written: object) -> list[str]:
    if isinstance(written, str):
        return [tag.strip() for tag in written.split(",")]
    return [str(tag) for tag in written] if isinstance(written, list) else []
