"""The texts of a catalogue that `pg_dump` writes, and the planner's statistics, by the object that has them.

Migrations made them, and somebody may have pasted. Judges nothing.
"""

from __future__ import annotations

import psycopg

from anonymizer.postgres.refusals import translated

# How the place of a name is called that may be an original itself: by its number.
NAME = "the name of "
_FILTERED = 150000  # publications of some rows
_EXPRESSIONS = 140000  # statistics of expressions


def catalogue(target: psycopg.Connection) -> dict[str, list[str]]:
    """Every text by the object that has it, names of objects, and statistics by column."""
    version = target.info.server_version
    texts: dict[str, list[str]] = {}
    with translated("target, catalogue"):
        for query in (_texts(version), _NAMES, _statistics(version), *_subscriptions(target)):
            for place, text in target.execute(query.encode()).fetchall():
                texts.setdefault(place, []).append(text)
    return texts


def _texts(version: int) -> str:
    filters = _PUBLISHED if version >= _FILTERED else ""
    return f"WITH texts (class, object, part, what, text) AS ({_TEXTS}{filters}) {_CALLED}"


def _statistics(version: int) -> str:
    return _STATISTICS + (_OF_EXPRESSIONS if version >= _EXPRESSIONS else "")


def _subscriptions(target: psycopg.Connection) -> list[str]:
    """How a subscription connects, where the role may see it."""
    query = "SELECT has_column_privilege('pg_subscription', 'subconninfo', 'SELECT')"
    allowed = target.execute(query.encode()).fetchone()
    return [_SUBSCRIPTIONS] if allowed and allowed[0] else []


# A name in quotes may be an original itself. Extensions bring objects that pg_dump does not write.
# Numbers below 16384 are the server's.
_CALLED = """
SELECT what || i.type || ' ' ||
       CASE WHEN i.identity LIKE '%"%' THEN object::text ELSE i.identity END, text
  FROM texts, LATERAL pg_identify_object(class, object, part) AS i
 WHERE text <> '' AND i.identity IS NOT NULL
   AND (object >= 16384 OR (class = 'pg_namespace'::regclass AND object = 'public'::regnamespace::oid))
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = class AND d.objid = object AND d.deptype = 'e')"""
_TEXTS = """
SELECT classoid::oid, objoid, objsubid, 'the comment on ', description FROM pg_description
UNION ALL SELECT classoid, objoid, 0, 'the comment on ', description FROM pg_shdescription
  WHERE objoid = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL SELECT classoid, objoid, objsubid, 'the security label of ', label FROM pg_seclabel
UNION ALL SELECT 'pg_attrdef'::regclass, oid, 0, '', pg_get_expr(adbin, adrelid) FROM pg_attrdef
UNION ALL SELECT 'pg_constraint'::regclass, oid, 0, '', pg_get_constraintdef(oid) FROM pg_constraint
UNION ALL SELECT 'pg_type'::regclass, enumtypid, 0, 'a label of ', enumlabel FROM pg_enum
UNION ALL SELECT 'pg_type'::regclass, oid, 0, 'the default of ', typdefault FROM pg_type WHERE typtype = 'd'
UNION ALL SELECT 'pg_proc'::regclass, oid, 0, '', CASE prokind
    WHEN 'a' THEN pg_get_function_arguments(oid) ELSE pg_get_functiondef(oid) END
  FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'pg_proc'::regclass, aggfnoid, 0, '', concat_ws(' ', agginitval, aggminitval)
    FROM pg_aggregate
UNION ALL SELECT 'pg_class'::regclass, oid, 0, '', pg_get_viewdef(oid) FROM pg_class
  WHERE relkind IN ('v', 'm') AND oid >= 16384
UNION ALL SELECT 'pg_class'::regclass, indexrelid, 0, '', pg_get_indexdef(indexrelid) FROM pg_index
  WHERE indexrelid >= 16384
UNION ALL SELECT 'pg_class'::regclass, oid, 0, 'the bound of ', pg_get_expr(relpartbound, oid) FROM pg_class
  WHERE relispartition
UNION ALL SELECT 'pg_class'::regclass, partrelid, 0, 'the partitions of ', pg_get_partkeydef(partrelid)
  FROM pg_partitioned_table
UNION ALL SELECT 'pg_class'::regclass, oid, 0, 'the options of ', array_to_string(reloptions, ' ')
    FROM pg_class
UNION ALL SELECT 'pg_class'::regclass, ftrelid, 0, 'the options of ', array_to_string(ftoptions, ' ')
  FROM pg_foreign_table
UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, 'the options of ',
    array_to_string(attoptions || attfdwoptions, ' ') FROM pg_attribute WHERE NOT attisdropped
UNION ALL SELECT 'pg_rewrite'::regclass, oid, 0, '', pg_get_ruledef(oid) FROM pg_rewrite
  WHERE rulename <> '_RETURN'
UNION ALL SELECT 'pg_trigger'::regclass, oid, 0, '', pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'pg_policy'::regclass, oid, 0, '',
    concat_ws(' ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, 0, '', pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 0, '', array_to_string(evttags, ' ') FROM pg_event_trigger
UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, '', array_to_string(fdwoptions, ' ')
  FROM pg_foreign_data_wrapper
UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, '',
    concat_ws(' ', srvversion, array_to_string(srvoptions, ' '))
  FROM pg_foreign_server
UNION ALL SELECT 'pg_user_mapping'::regclass, umid, 0, '', array_to_string(umoptions, ' ')
    FROM pg_user_mappings
UNION ALL SELECT 'pg_ts_dict'::regclass, oid, 0, '', dictinitoption FROM pg_ts_dict
UNION ALL SELECT 'pg_database'::regclass, setdatabase, 0, 'the settings of ', array_to_string(setconfig, ' ')
  FROM pg_db_role_setting
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_PUBLISHED = """
UNION ALL SELECT 'pg_publication_rel'::regclass, oid, 0, '', pg_get_expr(prqual, prrelid)
    FROM pg_publication_rel"""
_SUBSCRIPTIONS = """
SELECT 'subscription ' || subname, subconninfo FROM pg_subscription
 WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_NAMES = f"""
SELECT '{NAME}' || kind || ' ' || oid, name
  FROM (SELECT 'relation', oid, relname FROM pg_class
        UNION ALL SELECT 'column ' || attnum || ' of relation', attrelid, attname FROM pg_attribute
                   WHERE attnum > 0 AND NOT attisdropped
        UNION ALL SELECT 'schema', oid, nspname FROM pg_namespace
        UNION ALL SELECT 'type', oid, typname FROM pg_type WHERE typtype <> 'c' AND typcategory <> 'A'
        UNION ALL SELECT 'function', oid, proname FROM pg_proc
        UNION ALL SELECT 'constraint', oid, conname FROM pg_constraint
        UNION ALL SELECT 'trigger', oid, tgname FROM pg_trigger
        UNION ALL SELECT 'rule', oid, rulename FROM pg_rewrite
        UNION ALL SELECT 'policy', oid, polname FROM pg_policy
        UNION ALL SELECT 'statistics', oid, stxname FROM pg_statistic_ext
        UNION ALL SELECT 'publication', oid, pubname FROM pg_publication
        UNION ALL SELECT 'server', oid, srvname FROM pg_foreign_server
        UNION ALL SELECT 'event trigger', oid, evtname FROM pg_event_trigger
        UNION ALL SELECT 'collation', oid, collname FROM pg_collation
        UNION ALL SELECT 'text search configuration', oid, cfgname FROM pg_ts_config
        UNION ALL SELECT 'text search dictionary', oid, dictname FROM pg_ts_dict) AS named (kind, oid, name)
 WHERE oid >= 16384"""  # noqa: S608 - a word of ours
# An index on expressions has statistics of its own; they hold what its table does.
_STATISTICS = """
SELECT CASE WHEN i.indrelid IS NULL
            THEN concat(nullif(schemaname, 'public') || '.', tablename, '.', attname, ' (statistics)')
            ELSE concat(nullif(n.nspname, 'public') || '.', t.relname, ' (statistics of ', tablename, ')')
    END,
       kept.text
  FROM pg_stats
  JOIN pg_namespace s ON s.nspname = schemaname
  JOIN pg_class c ON c.relname = tablename AND c.relnamespace = s.oid
  LEFT JOIN pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_class t ON t.oid = i.indrelid
  LEFT JOIN pg_namespace n ON n.oid = t.relnamespace,
       LATERAL (VALUES (most_common_vals::text), (histogram_bounds::text), (most_common_elems::text))
            AS kept (text)
 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND kept.text IS NOT NULL
UNION ALL
SELECT concat(nullif(schemaname, 'public') || '.', tablename, ' (statistics of ', statistics_name, ')'),
       most_common_vals::text
  FROM pg_stats_ext WHERE most_common_vals IS NOT NULL"""
_OF_EXPRESSIONS = """
UNION ALL
SELECT concat(nullif(schemaname, 'public') || '.', tablename, ' (statistics of ',
    statistics_name, ')'), kept.text
  FROM pg_stats_ext_exprs, LATERAL (VALUES (most_common_vals::text), (histogram_bounds::text)) AS kept (text)
 WHERE kept.text IS NOT NULL"""
