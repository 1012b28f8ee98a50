"""Which columns still carry truth after masking; people can only be known by such. Reads no value."""

from __future__ import annotations

from collections.abc import Iterator

from anonymizer.policies.people import Enforced, People
from anonymizer.policies.policy import Policy, Rule, TableRule
from anonymizer.policies.schema import Schema
from anonymizer.transforms import KEEP, transform
from foundation.documents import Location, did_you_mean
from foundation.errors import InputError, Problem

# What they give lies near the truth.
MOVED = frozenset({"perturb", "shift_date"})


def carries_truth(rule: Rule) -> bool:
    """Whether the target says what the source said, coarser or a little beside it."""
    if not rule.masks:
        return rule.transform == KEEP
    return rule.transform in MOVED or transform(rule.transform, "entity" if rule.entity else "value").coarse


def misfits(policy: Policy, source: Schema) -> Iterator[Problem]:
    """What cannot be measured of what `people` and `enforce` say."""
    named: list[People] = []
    for name, rule in policy.tables.items():
        if rule.people is not None:
            named.append(rule.people)
            at: Location = ("tables", name, "people")
            for key, column, what, hint in _wrong(rule, rule.people, source, name):
                yield policy.document.problem((*at, key), f"{name}.{column}: {what}", hint)
    if policy.enforced is not None:
        yield from _unanswered(policy, policy.enforced, named)


def refuse_enforced(policy: Policy, where: str) -> None:
    """Raises InputError where a policy enforces what nobody would measure there."""
    if policy.enforced is not None:
        what = f"`enforce` is measured in PostgreSQL only, not in {where}"
        hint = "write a policy of its own that extends this one, with enforce: null"
        raise InputError(what, where=policy.document.where(("enforce",)), hint=hint)


def _wrong(
    rule: TableRule, people: People, source: Schema, name: str
) -> Iterator[tuple[str, str, str, str | None]]:
    columns = source.tables[name].columns if name in source.tables else rule.columns
    for key, column in _named(people):
        if column not in columns:
            yield key, column, "there is no such column", did_you_mean(column, columns)
        elif key != "person" and column in rule.columns and not carries_truth(rule.columns[column]):
            how = rule.columns[column].transform
            yield key, column, f"is masked ({how}), so nobody can be known by it", _MASKED


_MASKED = "name columns that are kept, generalised, perturbed or shifted"


def _named(people: People) -> Iterator[tuple[str, str]]:
    yield from (("quasi", column) for column in people.quasi)
    if people.sensitive is not None:
        yield "sensitive", people.sensitive
    if people.person is not None:
        yield "person", people.person


def _unanswered(policy: Policy, enforced: Enforced, named: list[People]) -> Iterator[Problem]:
    at: Location = ("enforce",)
    if not named:
        hint = "write people: {quasi: [COLUMN]} in the table of persons"
        yield policy.document.problem(at, "no table says who its people are", hint)
    elif enforced.l is not None and not any(people.sensitive for people in named):
        hint = "write sensitive: COLUMN under people"
        yield policy.document.problem((*at, "l"), "no table names a sensitive column", hint)
