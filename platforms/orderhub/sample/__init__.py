"""A sample of orderhub's production data: Polish companies, their people, prices, orders and invoices.

Invented, but shaped like the real thing: personal data in columns, free text and JSON. Makes tables in
memory; connects nowhere. The same size and seed always give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from . import buyers, catalogue, history

# Raise it when rows change for another reason than these files.
VERSION = "1"
COUNTS = "customers"


def tables(size: int, seed: int) -> Iterator[tuple[str, pa.Table]]:
    """The tables in the order of their foreign keys, for `size` customers."""
    random = np.random.default_rng(seed)
    customers = buyers.customers(random, size)
    yield "customers", customers
    contacts = buyers.contacts(random, customers)
    yield "contacts", contacts
    addresses = buyers.addresses(random, customers)
    yield "addresses", addresses
    products = catalogue.products(random, int(np.clip(size // 10, 200, 1000)))
    yield "products", products
    yield "customer_prices", catalogue.customer_prices(random, size, products)
    yield "stock", catalogue.stock(random, products)
    past = history.drawn(random, size, products)
    orders = history.orders(random, past, customers, contacts, addresses)
    yield "orders", orders
    yield "order_lines", history.order_lines(past, orders)
    invoices = history.invoices(past, orders, customers)
    yield "invoices", invoices
    payments = history.payments(random, invoices, customers)
    yield "payments", payments
    yield "returns", history.returns(random, past, orders, customers)
