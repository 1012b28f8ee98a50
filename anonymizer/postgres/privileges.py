"""What the roles may do on both sides, asked before a row is read or a table emptied. Grants nothing."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from anonymizer.policies.plan import Plan
from anonymizer.policies.policy import Policy
from anonymizer.policies.schema import Schema, Table
from anonymizer.postgres.refusals import translated
from anonymizer.transforms import DROP
from foundation.errors import InputError, Problem


def refuse_unreadable(source: psycopg.Connection, schema: Schema, policy: Policy) -> None:
    """Raises InputError: tables of the source that the role may not read, or not all rows of."""
    tables = [(schema.tables[name], rule) for name, rule in policy.tables.items() if name in schema.tables]
    problems = [
        problem
        for table, rule in tables
        for problem in _hidden(
            source, table, [name for name, r in rule.columns.items() if r.transform != DROP]
        )
    ]
    if problems:
        raise InputError("the source's role may not read what is to be copied", problems=problems)


def refuse_unwritable(target: psycopg.Connection, plan: Plan) -> None:
    """Raises InputError: what the target's role may not do. What only an owner may do is not asked for."""
    with translated("target"):
        problems = [problem for table in plan.targets for problem in _closed(target, table)]
    if problems:
        raise InputError("the target's role may not write what is to be copied", problems=problems)


def refuse_no_receipt(target: psycopg.Connection) -> None:
    """Raises InputError where the target's role can leave no receipt, in a schema of its own."""
    with translated("target"):
        row = target.execute(_RECEIPTS).fetchone()
    assert row is not None
    creates, foreign, role, database = row
    if foreign:
        hint = f"run as {foreign}, or let {foreign} drop the schema"
        raise InputError(f"the schema peakproof belongs to {foreign}", where="target", hint=hint)
    if not creates:
        hint = f"GRANT CREATE ON DATABASE {database} TO {role}"
        raise InputError("no schema can be made for the receipt", where="target", hint=hint)


def _hidden(source: psycopg.Connection, table: Table, columns: list[str]) -> Iterator[Problem]:
    if not columns:
        return
    row = source.execute(
        _READS, {"schema": table.schema, "relation": table.relation, "columns": columns}
    ).fetchone()
    assert row is not None, "the schema was just read"
    usage, reads, filtered, role, schema, relation = row
    where = f"source, {table.name}"
    if not usage:
        yield Problem(
            where=where, what="no USAGE on the schema", hint=f"GRANT USAGE ON SCHEMA {schema} TO {role}"
        )
    if not reads:
        yield Problem(where=where, what="no SELECT", hint=f"GRANT SELECT ON {relation} TO {role}")
    if filtered:
        hint = f"read as the table's owner, or ALTER ROLE {role} BYPASSRLS"
        yield Problem(where=where, what="row-level security hides rows from the role", hint=hint)


def _closed(target: psycopg.Connection, table: Table) -> Iterator[Problem]:
    row = target.execute(_WRITES, {"schema": table.schema, "relation": table.relation}).fetchone()
    assert row is not None, "the schema was just read"
    usage, writes, sequences, filtered, role, schema, relation = row
    where = f"target, {table.name}"
    if not usage:
        yield Problem(
            where=where, what="no USAGE on the schema", hint=f"GRANT USAGE ON SCHEMA {schema} TO {role}"
        )
    if not writes:
        hint = f"GRANT SELECT, INSERT ON {relation} TO {role}"
        yield Problem(where=where, what="no SELECT and INSERT", hint=hint)
    for sequence in sequences:
        hint = f"GRANT SELECT, UPDATE ON SEQUENCE {sequence} TO {role}"
        yield Problem(where=where, what=f"no UPDATE on the sequence {sequence}", hint=hint)
    if filtered:
        hint = f"write as the table's owner without FORCE, or ALTER ROLE {role} BYPASSRLS"
        yield Problem(where=where, what="row-level security hides rows from the role", hint=hint)


_RELATION = """
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s AND c.relname = %(relation)s"""
_NAMED = "quote_ident(current_user), quote_ident(n.nspname), format('%%I.%%I', n.nspname, c.relname)"
_READS = f"""
SELECT has_schema_privilege(n.oid, 'USAGE'),
       (SELECT coalesce(bool_and(has_column_privilege(c.oid, a.attnum, 'SELECT')), true)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY (%(columns)s)),
       row_security_active(c.oid), {_NAMED} {_RELATION}"""  # noqa: S608 - words of ours
_WRITES = f"""
SELECT has_schema_privilege(n.oid, 'USAGE'),
       has_any_column_privilege(c.oid, 'SELECT') AND has_any_column_privilege(c.oid, 'INSERT'),
       ARRAY(SELECT format('%%I.%%I', sn.nspname, s.relname)
               FROM pg_class s JOIN pg_namespace sn ON sn.oid = s.relnamespace
              WHERE s.relkind = 'S' AND s.oid IN (
                    SELECT d.objid FROM pg_depend d
                     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                       AND d.deptype IN ('a', 'i') AND d.refobjid = c.oid
                    UNION SELECT d.refobjid FROM pg_attrdef f
                      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                     WHERE d.refclassid = 'pg_class'::regclass AND f.adrelid = c.oid)
                -- In whatever order the server looks: it must not ask this of what is no sequence.
                AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege(s.oid, 'UPDATE') END),
       row_security_active(c.oid), {_NAMED} {_RELATION}"""  # noqa: S608 - words of ours
_RECEIPTS = """
SELECT has_database_privilege(current_database(), 'CREATE'),
       (SELECT quote_ident(pg_get_userbyid(nspowner)) FROM pg_namespace
         WHERE nspname = 'peakproof' AND NOT pg_has_role(nspowner, 'USAGE')),
       quote_ident(current_user), quote_ident(current_database())"""
