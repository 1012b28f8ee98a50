"""What is sold: products, prices that were agreed with customers, and stock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .columns import grosz, join, money, pick, written

_PRICES_PER_CUSTOMER = 3
_GOODS = (
    ("SRB", "Śruba", "złączki"), ("NKR", "Nakrętka", "złączki"), ("RUR", "Rura", "instalacje"),
    ("KBL", "Kabel", "elektryka"), ("ZWR", "Zawór", "instalacje"), ("PRF", "Profil", "stal"),
    ("PLT", "Płyta", "drewno"), ("TSM", "Taśma", "chemia"), ("WRT", "Wiertło", "narzędzia"),
)  # fmt: skip
_SORTS = ("ocynkowana", "nierdzewna", "wzmocniona", "typ A", "typ B", "ECO", "PRO", "magazynowa")
_PACKINGS = ("pakowane po 10", "pakowane po 100", "na paletach", "luzem", "w zwojach")


def products(random: np.random.Generator, count: int) -> pa.Table:
    ids = np.arange(1, count + 1)
    category = random.integers(0, len(_GOODS), count)
    kinds, sizes = pa.array([_GOODS[kind][1] for kind in category]), pa.array(random.integers(2, 400, count))
    names = join([kinds, " ", pick(random, _SORTS, count), " ", sizes.cast(pa.string()), " mm"])
    body = random.integers(0, 10, (count, 10))
    ean = np.hstack([np.tile([5, 9, 0], (count, 1)), body[:, :9]])
    check = (10 - (ean @ np.array([1, 3] * 6)) % 10) % 10
    price = np.round(np.exp(random.normal(3.5, 0.9, count)) * 100).clip(199, 200_000).astype(np.int64)
    return pa.table(
        {
            "id": ids,
            "sku": [f"{_GOODS[kind][0]}-{number:05d}" for kind, number in zip(category, ids, strict=True)],
            "ean": written(np.column_stack([ean, check])),
            "name": names,
            "description": join([names, ", ", pick(random, _PACKINGS, count)]),
            "category": pa.array([_GOODS[kind][2] for kind in category]),
            "unit": pick(random, ["piece", "piece", "box", "metre"], count),
            "list_price": money(price),
            "vat_rate": pa.array(random.choice([23, 23, 23, 8], count), pa.int64()),
        }
    )


def customer_prices(random: np.random.Generator, size: int, products: pa.Table) -> pa.Table:
    count = products.num_rows
    customer = np.repeat(np.arange(size), _PRICES_PER_CUSTOMER)
    # Steps of a third of the catalogue from a random start never meet the same product twice.
    step = np.tile(np.arange(_PRICES_PER_CUSTOMER) * (count // _PRICES_PER_CUSTOMER), size)
    product = (np.repeat(random.integers(0, count, size), _PRICES_PER_CUSTOMER) + step) % count
    price = (grosz(products, "list_price")[product] * random.uniform(0.75, 0.98, len(product))).astype(
        np.int64
    )
    return pa.table({"customer_id": customer + 1, "product_id": product + 1, "price": money(price)})


def stock(random: np.random.Generator, products: pa.Table) -> pa.Table:
    on_hand = pa.array(random.integers(50_000, 500_000, products.num_rows), pa.int32())
    return pa.table({"product_id": products["id"], "on_hand": on_hand, "available": on_hand})
