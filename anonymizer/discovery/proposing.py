"""From findings to the policy's YAML, to which `check` has nothing to say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from anonymizer.discovery import choosing
from anonymizer.discovery.facts import Finding, Kind
from anonymizer.discovery.families import families
from anonymizer.policies.fitting import objections
from anonymizer.policies.policy import FORMAT, Rule
from anonymizer.policies.schema import Column, Schema, Table
from foundation.documents import as_key

Place = tuple[str, str]
Findings = Mapping[Place, Finding]


def proposal(name: str, schema: Schema, findings: Findings) -> str:
    """The YAML of a policy that names every column, with confidence and reason as comments."""
    lines = [
        "# A proposal from names, types, keys and sampled values. Read every line before you use it.",
        f"policy: {as_key(name)}",
        "version: 1",
        f"format: {FORMAT}",
        "schema:",
        *(f"  {as_key(table.name)}: {table.fingerprint}" for table in schema.tables.values()),
        "tables:",
    ]
    proposing = _Proposing(schema=schema, findings=findings, families=families(schema))
    for table in schema.tables.values():
        lines += [f"  {as_key(table.name)}:", "    columns:" if table.stored else "    columns: {}"]
        lines += [line for column in table.stored for line in proposing.column((table.name, column))]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, kw_only=True)
class _Proposing:
    schema: Schema
    findings: Findings
    families: Mapping[Place, Sequence[Place]]

    def column(self, place: Place) -> Iterator[str]:
        """The lines of one column: as what it refers to, as what it is a copy of, or on its own."""
        root, key = self._root(place), as_key(place[1])
        finding, own = self.findings[root], self.findings[place]
        original = self._original(place, root)
        if missed := self._missed(place):
            yield f"      {key}: {self._undecided(place, *missed)}"
        elif original is not None:
            yield f"      {key}: {{copy_of: {as_key('.'.join(original))}}}  # {_why(own)}"
        elif finding.kind == "json":
            yield f"      {key}:  # {_why(finding)}"
            yield from ("        " + line for line in self._document(finding))
        else:
            rule, decide = choosing.chosen(self._place(root))
            refers = f"refers to {'.'.join(root)}; " if root != place else ""
            said = f"{decide}; " if decide else ""
            yield f"      {key}: {choosing.written(rule)}  # {said}{refers}{_why(finding)}"

    def _root(self, place: Place) -> Place:
        """The first column of its family that holds values of its own."""
        return next(one for one in self.families[place] if one in self.findings)

    def _place(self, root: Place) -> choosing.Place:
        table, finding = self.schema.tables[root[0]], self.findings[root]
        family = [one for one in self.families[root] if one in self.findings]
        columns = [
            (self.schema.tables[name], self.schema.tables[name].columns[column])
            for name, column in sorted(family, key=root.__ne__)
        ]
        emails = [one for one in table.stored if self.findings[table.name, one].kind == "email"]
        row = table.primary_key[0] if len(table.primary_key) == 1 else ""
        told = (table.name, row) in self.findings and not self.findings[table.name, row].personal
        alone = len(columns) == 1
        return choosing.Place(
            columns=columns, finding=finding,
            person=emails[0] if len(emails) == 1 and alone else None,
            row=row if told and alone else None,
            unique=_indexed(table, root[1]) or self._unique(finding.kind),
            numbered=finding.kind == "birth_date" and alone and self._numbered(table),
        )  # fmt: skip

    def _numbered(self, table: Table) -> bool:
        """Whether its PESELs are those of invented persons, and tell when these were born."""
        pesels = [one for one in table.stored if self.findings[table.name, one].kind == "pesel"]
        rules = [choosing.chosen(self._place(self._root((table.name, one))))[0] for one in pesels]
        return any(rule.transform == "pesel" and rule.entity for rule in rules)

    def _unique(self, kind: Kind) -> bool:
        """Whether pseudonyms of this kind must differ somewhere, and so everywhere."""
        return kind in choosing.ALIKE and any(
            found.kind == kind and _indexed(self.schema.tables[table], column)
            for (table, column), found in self.findings.items()
        )

    def _original(self, place: Place, root: Place) -> Place | None:
        """What it is written as a copy of: the same values elsewhere, or what its parent is computed from."""
        if self._computed(place):
            return self._computed_from(place)
        table, dot, column = self.findings[place].copy_of.rpartition(".")
        if not dot or root != place or not self._fits((table, column), place):
            return None
        return table, column

    def _computed_from(self, place: Place) -> Place | None:
        """The one column of its kind beside a generated one that it refers to."""
        kind = self.findings[place].kind
        found = [
            (table, one)
            for table in {name for name, _ in self._computed(place)}
            for one in self.schema.tables[table].stored
            if kind != "none" and self.findings[table, one].kind == kind and not self._computed((table, one))
        ]
        return found[0] if len(found) == 1 and self._fits(found[0], place) else None

    def _computed(self, place: Place) -> Sequence[Place]:
        """The generated columns of its family."""
        return [one for one in self.families[place] if one not in self.findings]

    def _missed(self, place: Place) -> tuple[Place, Column] | None:
        """A generated column that it refers to and that no single column stands for."""
        for table, name in self._computed(place):
            column = self.schema.tables[table].columns[name]
            if column.made_of and self.schema.tables[table].behind(name) == name:
                return (table, name), column
        return None

    def _undecided(self, place: Place, refers: Place, computed: Column) -> str:
        """The rule of what refers to it: nobody can mask both alike."""
        nullable = self.schema.tables[place[0]].columns[place[1]].nullable
        harmless = not any(self.findings[refers[0], name].personal for name in computed.made_of)
        made = f"{'.'.join(refers)}, which the server computes from {', '.join(computed.made_of)}"
        return f"{'keep' if harmless or not nullable else 'drop'}  # DECIDE: refers to {made}"

    def _fits(self, original: Place, copy: Place) -> bool:
        rule, _ = choosing.chosen(self._place(self._root(original)))
        table = self.schema.tables[copy[0]]
        return rule.masks and not rule.entity and not any(objections(table, table.columns[copy[1]], rule))

    def _document(self, finding: Finding) -> Sequence[str]:
        lines = ["transform: json", "class: free", "paths:"]
        for path, inner in finding.paths.items():
            unique = self._unique(inner.kind)
            rule = choosing.inside(inner.kind, unique=unique) if inner.personal else Rule(transform="keep")
            lines.append(f"  {as_key(path)}: {choosing.written(rule)}  # {_why(inner)}")
        return lines if finding.paths else [*lines, "  $.unseen: drop"]


def _why(finding: Finding) -> str:
    return f"{finding.kind}, {finding.confidence:.2f}: {finding.reason}"


def _indexed(table: Table, column: str) -> bool:
    return any(column in columns for columns in table.unique.values())
