"""The catalogue: a page of products, a customer's price. PostgreSQL writes the JSON; nothing is parsed."""

from __future__ import annotations

from cachetools import TTLCache

from orderhub.database import Pool, fetch_one

FRESH = 1
"""Seconds for which a page may be shown again: `available` is a hint there, the order itself is exact."""

PAGE = """
WITH page AS (
    SELECT p.id, p.sku, p.name, p.category, p.unit, p.list_price, s.available
      FROM products p LEFT JOIN stock s ON s.product_id = p.id
     WHERE p.active AND p.id > %s ORDER BY p.id LIMIT %s)
SELECT json_build_object(
    'items', coalesce(json_agg(json_build_object(
        'sku', sku, 'name', name, 'category', category, 'unit', unit, 'list_price', list_price::text,
        'available', coalesce(available, 0)) ORDER BY id), '[]'),
    'next', CASE WHEN count(*) = %s THEN max(id) END)::text
  FROM page"""

PRICE = """
SELECT c.id IS NOT NULL, json_build_object(
    'sku', p.sku, 'customer', c.id, 'price', coalesce(n.price, p.list_price)::text, 'currency', 'PLN',
    'source', CASE WHEN n.price IS NULL THEN 'list' ELSE 'negotiated' END)::text
  FROM products p
  LEFT JOIN customers c ON c.id = %s
  LEFT JOIN customer_prices n ON n.customer_id = c.id AND n.product_id = p.id
 WHERE p.sku = %s AND p.active"""


class UnknownCustomer(Exception):  # noqa: N818 - says what happened
    """A price was asked for a customer that does not exist."""


class Pages:
    """Pages of the catalogue, each read at most once in a second: all customers look at the same few."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._fresh: TTLCache[tuple[int, int], bytes] = TTLCache(maxsize=1024, ttl=FRESH)

    async def page(self, *, after: int, limit: int) -> bytes:
        """As `page`, at most a second old."""
        found: bytes | None = self._fresh.get((after, limit))
        if found is None:
            found = await page(self._pool, after=after, limit=limit)
            self._fresh[after, limit] = found
        return found


async def page(pool: Pool, *, after: int, limit: int) -> bytes:
    """Up to `limit` products with an id above `after`; `next` is the following page's `after` or null."""
    row = await fetch_one(pool, PAGE, (after, limit, limit))
    assert row is not None  # an aggregate always has a row
    return str(row[0]).encode()


async def price(pool: Pool, *, sku: str, customer: int) -> bytes | None:
    """The customer's price, or None where there is no such product. Raises UnknownCustomer."""
    row = await fetch_one(pool, PRICE, (customer, sku))
    if row is None:
        return None
    if not row[0]:
        raise UnknownCustomer(str(customer))
    return str(row[1]).encode()
