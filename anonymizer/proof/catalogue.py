"""The texts of a database's catalogue: migrations made them, and somebody may have pasted. Judges nothing."""

from __future__ import annotations

import psycopg

from anonymizer.postgres.refusals import translated


def catalogue(target: psycopg.Connection) -> dict[str, list[str]]:
    """Comments, defaults, labels, views, functions, bounds, and statistics of columns, by place."""
    with translated("target, catalogue"):
        found = target.execute(_TEXTS).fetchall()
    texts: dict[str, list[str]] = {}
    for place, text in found:
        texts.setdefault(place, []).append(text)
    return texts


_TEXTS = """
SELECT 'the catalogue''s ' || kind, text
  FROM (SELECT 'comments', description FROM pg_description WHERE objoid >= 16384
        UNION ALL SELECT 'defaults', pg_get_expr(adbin, adrelid) FROM pg_attrdef
        UNION ALL SELECT 'constraints', pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'
        UNION ALL SELECT 'labels', enumlabel FROM pg_enum
        UNION ALL SELECT 'functions', prosrc FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT 'partition bounds', pg_get_expr(relpartbound, oid)
                    FROM pg_class WHERE relispartition
        UNION ALL SELECT 'views', pg_get_viewdef(oid)
                    FROM pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384) AS texts (kind, text)
UNION ALL
SELECT concat(nullif(schemaname, 'public') || '.', tablename, '.', attname, ' (statistics)'), kept.text
  FROM pg_stats, LATERAL (VALUES (most_common_vals::text), (histogram_bounds::text),
                                 (most_common_elems::text)) AS kept (text)
 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND kept.text IS NOT NULL"""
