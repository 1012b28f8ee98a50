"""What a policy leaves to references: keys, soft references and copies get the rule of their original.

Pure: reads the policy and the source's schema, never a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from anonymizer.policies.policy import Policy, Rule, TableRule
from anonymizer.policies.schema import Schema, Table
from anonymizer.transforms import INHERIT, INTEGER_KEY
from anonymizer.transforms.permuted import usual_digits
from foundation.documents import Location, did_you_mean
from foundation.errors import InputError, Problem

Place = tuple[str, str]


def completed(policy: Policy, source: Schema) -> Policy:
    """The policy with a rule of its own for everything that follows another column.

    Unnamed columns of foreign keys follow a masked parent; the others stay unnamed. Raises InputError: an
    original that does not exist or is not copied, or two that are masked differently.
    """
    following = _Following(policy=policy, source=source)
    tables = {name: following.table(name, rule) for name, rule in policy.tables.items()}
    if following.problems:
        raise InputError("columns follow others and cannot", problems=following.problems)
    if tables == policy.tables:
        return policy
    # What stood in a circle of references may follow now.
    return completed(replace(policy, tables=tables), source)


@dataclass(frozen=True, kw_only=True)
class _Following:
    policy: Policy
    source: Schema
    problems: list[Problem] = field(default_factory=list)
    known: dict[Place, Rule | None] = field(default_factory=dict)

    def table(self, name: str, rule: TableRule) -> TableRule:
        table = self.source.tables.get(name)
        if rule.rows != "copy" or table is None:
            return rule
        rules = {column: self.column((name, column)) for column in {**rule.columns, **table.columns}}
        found = {column: self._inside(table, one, column) for column, one in rules.items() if one is not None}
        return rule.model_copy(update={"columns": found})

    def column(self, place: Place) -> Rule | None:
        """The rule of a column; None where nobody named it and nothing masked is behind it."""
        if place not in self.known:
            self.known[place] = self._written(place)  # ends a circle of references: as it is written
            self.known[place] = self._found(place)
        return self.known[place]

    def _written(self, place: Place) -> Rule | None:
        table = self.policy.tables.get(place[0])
        rule = table.columns.get(place[1]) if table else None
        return None if rule is None or rule.transform == INHERIT else rule

    def _found(self, place: Place) -> Rule | None:
        table, column = place
        rules = self.policy.tables[table].columns if table in self.policy.tables else {}
        written = rules.get(column)
        if table not in self.source.tables or column not in self.source.tables[table].columns:
            return written
        if written is not None and written.transform != INHERIT:
            return _named(written, place, self.source)
        at: Location = ("tables", table, "columns", column)
        entity = self._entity(table, column, written)
        return self._inherited(at, f"{table}.{column}", written, self._originals(place, written), entity)

    def _originals(self, place: Place, written: Rule | None) -> list[Place]:
        if written is not None and written.original:
            return [written.original]
        table = self.source.tables[place[0]]
        return [
            (key.parent, self._behind(key.parent, parent))
            for key in table.foreign_keys
            for mine, parent in zip(key.columns, key.parent_columns, strict=True)
            if mine == place[1] and (key.parent, parent) != place
        ]

    def _behind(self, table: str, column: str) -> str:
        """The target computes a generated column: what refers to it follows what it is computed from."""
        return self.source.tables[table].behind(column) if table in self.source.tables else column

    def _inherited(
        self,
        at: Location,
        label: str,
        written: Rule | None,
        originals: Sequence[Place],
        entity: Callable[[Place], Sequence[str]],
    ) -> Rule | None:
        if written is not None and not originals:
            self._tell(at, f"{label}: no foreign key says what to inherit", "write references: TABLE.COLUMN")
        known = [(place, self._original(at, label, place, written)) for place in originals]
        rules = [(place, rule) for place, rule in known if rule is not None]
        masked = [(place, rule) for place, rule in rules if rule.masks]
        if written is None:
            rules = masked
        if len({_meaning(rule) for _, rule in rules}) > 1:
            names = " and ".join(".".join(place) for place, _ in rules)
            self._tell(at, f"{label} refers to {names}, which are masked differently", "mask them alike")
        if not rules:
            return None
        place, rule = rules[0]
        return self._as(at, label, written, place, rule, entity)

    def _original(self, at: Location, label: str, place: Place, written: Rule | None) -> Rule | None:
        """The rule of an original; where somebody named it, it must be there."""
        table = self.policy.tables.get(place[0])
        if table is not None and table.rows == "copy" and (rule := self.column(place)) is not None:
            return rule
        if written is not None:
            known = [f"{name}.{column}" for name, one in self.policy.tables.items() for column in one.columns]
            self._tell(at, f"{label}: the policy has no rule for {'.'.join(place)}",
                       did_you_mean(".".join(place), known))  # fmt: skip
        return None

    def _as(
        self,
        at: Location,
        label: str,
        written: Rule | None,
        place: Place,
        rule: Rule,
        entity: Callable[[Place], Sequence[str]],
    ) -> Rule:
        """The original's rule for a follower: its entity is the follower's own column that names the same."""
        said = written or Rule(transform=INHERIT)
        update: dict[str, object] = {"references": said.references, "copy_of": said.copy_of}
        if said.class_:
            update["class_"] = said.class_
        if rule.entity is None:
            return rule.model_copy(update=update)
        root = self.source.root(place[0], rule.entity)
        update["domain"] = rule.domain or ".".join(root)
        columns = entity(root)
        if said.entity:
            if said.entity not in columns:
                whose = f"{'.'.join(root)} that {'.'.join(place)} belongs to"
                hint = f"name a column that does, or write {{references: {'.'.join(root)}}} for it"
                self._tell(at, f"{label}: {said.entity} does not name the {whose}", hint)
            return rule.model_copy(update={**update, "scope": said.scope})
        if len(columns) != 1:
            count = "no column names" if not columns else f"{', '.join(columns)} name"
            what = f"{label}: {count} the {'.'.join(root)} that {'.'.join(place)} belongs to"
            self._tell(at, what, "say which: scope: entity(COLUMN)")
            return rule.model_copy(update=update)
        return rule.model_copy(update={**update, "scope": f"entity({columns[0]})"})

    def _entity(self, table: str, column: str, written: Rule | None) -> Callable[[Place], Sequence[str]]:
        def columns(root: Place) -> Sequence[str]:
            rules = self.policy.tables[table].columns if table in self.policy.tables else {}
            said = [
                name for name, rule in rules.items() if rule.original and self._root(rule.original) == root
            ]
            keys = [
                name
                for name in self.source.tables[table].columns
                if self.source.root(table, name) == root and name not in said
            ]
            found = [*keys, *said]
            # What is a copy of the entity itself is its own subject.
            itself = written is not None and written.original is not None and column in found
            return [column] if itself else found

        return columns

    def _root(self, place: Place) -> Place:
        known = place[0] in self.source.tables and place[1] in self.source.tables[place[0]].columns
        return self.source.root(*place) if known else place

    def _inside(self, table: Table, rule: Rule, column: str) -> Rule:
        """The rule with the rules of its JSON paths completed."""
        if not any(inner.transform == INHERIT for inner in rule.paths.values()):
            return rule
        paths = {path: self._path(table, column, rule, path) for path in rule.paths}
        return rule.model_copy(update={"paths": paths})

    def _path(self, table: Table, column: str, rule: Rule, path: str) -> Rule:
        written = rule.paths[path]
        if written.transform != INHERIT:
            return written
        at: Location = ("tables", table.name, "columns", column, "paths", path)

        def entity(root: Place) -> Sequence[str]:
            return [
                other
                for other, inner in rule.paths.items()
                if inner.original and self._root(inner.original) == root
            ]

        originals = [written.original] if written.original else []
        found = self._inherited(at, f"{table.name}.{column} {path}", written, originals, entity)
        return found or written

    def _tell(self, at: Location, what: str, hint: str) -> None:
        self.problems.append(self.policy.document.problem(at, what, hint))


def _named(rule: Rule, place: Place, source: Schema) -> Rule:
    """The rule with the population that it is about; a key's is its table, and its size that of its type."""
    if rule.entity in source.tables[place[0]].columns and not rule.domain:
        return rule.model_copy(update={"domain": ".".join(source.root(place[0], str(rule.entity)))})
    if rule.transform != INTEGER_KEY:
        return rule
    root = source.root(*place)
    greatest = source.tables[root[0]].columns[root[1]].greatest
    options = rule.options if greatest is None else {"digits": usual_digits(greatest), **rule.options}
    return rule.model_copy(update={"options": options, "domain": rule.domain or ".".join(root)})


def _meaning(rule: Rule) -> tuple[object, ...]:
    return rule.transform, rule.domain, tuple(sorted(rule.options.items())), rule.entity is None
