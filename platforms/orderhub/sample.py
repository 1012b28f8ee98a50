"""A sample of orderhub's production data: Polish companies, their people, prices, orders and invoices.

Invented, but shaped like the real thing: personal data in columns, free text and JSON. Makes tables in
memory; connects nowhere. The same size and seed always give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker.providers.address.pl_PL import Provider as Places
from faker.providers.company.pl_PL import Provider as Companies
from faker.providers.person.pl_PL import Provider as People
from numpy.typing import NDArray

# Raise it when rows change: what was generated before is then made anew.
VERSION = "1"

Integers = NDArray[np.int64]

_ORDERS_PER_CUSTOMER = 3
_LINES_PER_ORDER = 3
_PRICES_PER_CUSTOMER = 3
_DAY = 86_400
_TODAY = 1_793_491_200  # 2026-11-01, so that the same seed is the same on any day


def tables(size: int, seed: int) -> Iterator[tuple[str, pa.Table]]:
    """The tables in the order of their foreign keys, for `size` customers."""
    random = np.random.default_rng(seed)
    customers = _customers(random, size)
    yield "customers", customers
    contacts = _contacts(random, customers)
    yield "contacts", contacts
    addresses = _addresses(random, customers)
    yield "addresses", addresses
    products = _products(random, int(np.clip(size // 10, 200, 1000)))
    yield "products", products
    yield "customer_prices", _customer_prices(random, size, products)
    yield "stock", _stock(random, products)
    history = _history(random, size, products)
    orders = _orders(random, history, customers, contacts, addresses)
    yield "orders", orders
    yield "order_lines", _order_lines(history, orders)
    invoices = _invoices(history, orders, customers)
    yield "invoices", invoices
    payments = _payments(random, invoices, customers)
    yield "payments", payments
    yield "returns", _returns(random, history, orders, customers)


@dataclass(frozen=True, kw_only=True)
class _History:
    """Orders of the past: whose, when, their lines. Indices count from 0, money is in grosz."""

    customer: Integers
    placed: Integers
    failed: NDArray[np.bool_]
    line_order: Integers
    line_product: Integers
    quantity: Integers
    unit_price: Integers
    total: Integers


def _customers(random: np.random.Generator, size: int) -> pa.Table:
    ids = np.arange(1, size + 1)
    people = _people(random, size)
    company, host = _companies(random, size)
    email = _join([people["login"], "@", host, ".pl"])
    phone = _phones(random, size)
    terms = random.choice([7, 14, 14, 21, 30, 60], size)
    limit = (
        np.round(np.exp(random.normal(13.2, 0.6, size)) / 1000).clip(200, 20_000).astype(np.int64) * 100_000
    )
    # A few are nearly at their limit: their orders are refused, as in life.
    share = np.where(
        random.random(size) < 0.02, random.uniform(0.98, 0.9999, size), random.uniform(0, 0.3, size)
    )
    opening = (limit * share).astype(np.int64)
    created = _TODAY - random.integers(30, 3000, size) * _DAY - random.integers(0, _DAY, size)
    full = _join([people["first"], " ", people["last"]])
    return pa.table(
        {
            "id": ids,
            "company_name": company,
            "nip": _nips(random, size),
            "regon": _regons(random, size),
            "status": _pick(random, ["active"] * 96 + ["blocked"] * 3 + ["closed"], size),
            "segment": _pick(random, ["standard"] * 6 + ["silver"] * 2 + ["gold", "key"], size),
            "owner_first_name": people["first"],
            "owner_last_name": people["last"],
            "owner_pesel": _sometimes(random, 0.9, people["pesel"]),
            "email": email,
            "phone": phone,
            "iban": _ibans(random, size),
            "payment_terms_days": pa.array(terms, pa.int16()),
            "credit_limit": _money(limit),
            "credit_opening": _money(opening),
            "credit_used": _money(opening),
            "account_notes": _sometimes(random, 0.5, _notes(random, full, phone, email)),
            "preferences": _preferences(random, full, email, phone),
            "created_at": _moments(created),
            "updated_at": _moments(created + random.integers(0, 30 * _DAY, size)),
        }
    )


def _notes(random: np.random.Generator, full: pa.Array, phone: pa.Array, email: pa.Array) -> pa.Array:
    size = len(full)
    told = _join(["Rozmowa z: ", full, ", tel. ", phone, ". ", _pick(random, _REMARKS, size)])
    written = _join([_pick(random, _REMARKS, size), " Faktury proszę słać na ", email, " (", full, ")."])
    return pc.if_else(pa.array(random.random(size) < 0.5), told, written)


def _preferences(random: np.random.Generator, full: pa.Array, email: pa.Array, phone: pa.Array) -> pa.Array:
    size = len(full)
    return _join([
        '{"language": "', _pick(random, ["pl", "pl", "pl", "en", "uk"], size), '", "newsletter": ',
        _pick(random, ["true", "false"], size), ', "invoice": {"form": "pdf", "email": "', email,
        '"}, "contact": {"name": "', full, '", "email": "', email, '", "phone": "', phone, '"}}',
    ])  # fmt: skip


def _contacts(random: np.random.Generator, customers: pa.Table) -> pa.Table:
    """The owner, who is the primary contact, and one more person of each company."""
    size = customers.num_rows
    others = _people(random, size)
    host = pc.replace_substring_regex(_column(customers, "email"), r"^.*@", "")
    own = {"first": "owner_first_name", "last": "owner_last_name", "email": "email", "phone": "phone"}
    owners = {name: _column(customers, column) for name, column in own.items()}
    others = others | {"email": _join([others["login"], "@", host]), "phone": _phones(random, size)}
    roles = _pick(random, ["buyer", "buyer", "accountant", "warehouse"], size)
    customer = np.arange(1, size + 1)
    return pa.table(
        {
            "id": np.arange(1, 2 * size + 1),
            "customer_id": np.concatenate([customer, customer]),
            "first_name": _stack(owners["first"], others["first"]),
            "last_name": _stack(owners["last"], others["last"]),
            "email": _stack(owners["email"], others["email"]),
            "phone": _stack(owners["phone"], others["phone"]),
            "role": _stack(pa.array(["owner"] * size), roles),
            "is_primary": np.arange(2 * size) < size,
        }
    )


def _addresses(random: np.random.Generator, customers: pa.Table) -> pa.Table:
    size = customers.num_rows
    customer = np.arange(1, size + 1)
    building = pa.array(random.integers(1, 180, 2 * size)).cast(pa.string())
    code = pa.array([f"{a:02d}-{b:03d}" for a, b in random.integers((0, 1), (100, 1000), (2 * size, 2))])
    names = _join([_column(customers, "owner_first_name"), " ", _column(customers, "owner_last_name")])
    ask = _join(["Przed dostawą dzwonić: ", names, ", ", _column(customers, "phone")])
    return pa.table(
        {
            "id": np.arange(1, 2 * size + 1),
            "customer_id": np.concatenate([customer, customer]),
            "kind": ["billing"] * size + ["delivery"] * size,
            "recipient": _stack(_column(customers, "company_name"), _column(customers, "company_name")),
            "street": _join(["ul. ", _pick(random, Places.streets_universal, 2 * size), " ", building]),
            "postal_code": code,
            "city": _pick(random, Places.cities, 2 * size),
            "delivery_notes": _stack(pa.nulls(size, pa.string()), _sometimes(random, 0.4, ask)),
        }
    )


def _products(random: np.random.Generator, count: int) -> pa.Table:
    ids = np.arange(1, count + 1)
    category = random.integers(0, len(_GOODS), count)
    kinds, sizes = pa.array([_GOODS[kind][1] for kind in category]), pa.array(random.integers(2, 400, count))
    names = _join([kinds, " ", _pick(random, _SORTS, count), " ", sizes.cast(pa.string()), " mm"])
    body = random.integers(0, 10, (count, 10))
    ean = np.hstack([np.tile([5, 9, 0], (count, 1)), body[:, :9]])
    check = (10 - (ean @ np.array([1, 3] * 6)) % 10) % 10
    price = np.round(np.exp(random.normal(3.5, 0.9, count)) * 100).clip(199, 200_000).astype(np.int64)
    return pa.table(
        {
            "id": ids,
            "sku": [f"{_GOODS[kind][0]}-{number:05d}" for kind, number in zip(category, ids, strict=True)],
            "ean": _digits(np.column_stack([ean, check])),
            "name": names,
            "description": _join([names, ", ", _pick(random, _PACKINGS, count)]),
            "category": pa.array([_GOODS[kind][2] for kind in category]),
            "unit": _pick(random, ["piece", "piece", "box", "metre"], count),
            "list_price": _money(price),
            "vat_rate": pa.array(random.choice([23, 23, 23, 8], count), pa.int64()),
        }
    )


def _customer_prices(random: np.random.Generator, size: int, products: pa.Table) -> pa.Table:
    count = products.num_rows
    customer = np.repeat(np.arange(size), _PRICES_PER_CUSTOMER)
    # Steps of a third of the catalogue from a random start never meet the same product twice.
    step = np.tile(np.arange(_PRICES_PER_CUSTOMER) * (count // _PRICES_PER_CUSTOMER), size)
    product = (np.repeat(random.integers(0, count, size), _PRICES_PER_CUSTOMER) + step) % count
    price = (_grosz(products, "list_price")[product] * random.uniform(0.75, 0.98, len(product))).astype(
        np.int64
    )
    return pa.table({"customer_id": customer + 1, "product_id": product + 1, "price": _money(price)})


def _stock(random: np.random.Generator, products: pa.Table) -> pa.Table:
    on_hand = pa.array(random.integers(50_000, 500_000, products.num_rows), pa.int32())
    return pa.table({"product_id": products["id"], "on_hand": on_hand, "available": on_hand})


def _history(random: np.random.Generator, size: int, products: pa.Table) -> _History:
    orders = size * _ORDERS_PER_CUSTOMER
    placed = np.sort(_TODAY - random.integers(_DAY, 700 * _DAY, orders))
    lines = random.integers(1, _LINES_PER_ORDER + 1, orders)
    order = np.repeat(np.arange(orders), lines)
    place = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines)
    count = products.num_rows
    product = (random.integers(0, count, orders)[order] + place * (count // _LINES_PER_ORDER)) % count
    quantity = random.integers(1, 40, len(order))
    price = (_grosz(products, "list_price")[product] * random.uniform(0.8, 1, len(order))).astype(np.int64)
    return _History(
        customer=random.integers(0, size, orders), placed=placed, failed=random.random(orders) < 0.01,
        line_order=order, line_product=product, quantity=quantity, unit_price=price,
        total=np.bincount(order, quantity * price, orders).astype(np.int64),
    )  # fmt: skip


def _orders(
    random: np.random.Generator,
    history: _History,
    customers: pa.Table,
    contacts: pa.Table,
    addresses: pa.Table,
) -> pa.Table:
    size, count = customers.num_rows, len(history.customer)
    by = pa.array(history.customer)
    person = contacts.slice(0, size).take(by)
    delivery = addresses.slice(size).take(by)
    first, last = _column(person, "first_name"), _column(person, "last_name")
    email, phone = _column(person, "email"), _column(person, "phone")
    remark = _join([_pick(random, _REMARKS, count), " Odbiera ", first, " ", last, ", tel. ", phone, "."])
    number = _padded(np.arange(1, count + 1), 7)
    state = pa.array(np.where(history.failed, "failed", "confirmed"))
    return pa.table({
        "id": _uuids(random, count),
        "idempotency_key": _join(["history-", number]),
        "request_digest": pa.array([f"{value:016x}" for value in random.integers(0, 1 << 62, count)]),
        "customer_id": history.customer + 1,
        "state": state,
        "failure_reason": _where(history.failed, pa.array(["erp: rejected"] * count)),
        "reserved": np.zeros(count, bool),
        "total": _money(history.total),
        "erp_number": _where(~history.failed, _join(["ERP-", number])),
        "ship_to_name": _column(delivery, "recipient"),
        "ship_to_email": email,
        "ship_to_phone": phone,
        "ship_to_address": _one_line(delivery),
        "delivery_notes": _column(delivery, "delivery_notes"),
        "note": _sometimes(random, 0.3, remark),
        "contact_snapshot": _join([
            '{"first_name": "', first, '", "last_name": "', last, '", "email": "', email,
            '", "phone": "', phone, '", "role": "', _column(person, "role"), '"}',
        ]),
        "placed_at": _moments(history.placed),
        "updated_at": _moments(history.placed + 60),
    })  # fmt: skip


def _order_lines(history: _History, orders: pa.Table) -> pa.Table:
    return pa.table(
        {
            "order_id": _column(orders, "id").take(pa.array(history.line_order)),
            "product_id": history.line_product + 1,
            "quantity": pa.array(history.quantity, pa.int32()),
            "unit_price": _money(history.unit_price),
        }
    )


def _invoices(history: _History, orders: pa.Table, customers: pa.Table) -> pa.Table:
    billed = np.flatnonzero(~history.failed)
    buyer = pa.array(history.customer[billed])
    day = history.placed[billed] // _DAY + 1
    terms = _column(customers, "payment_terms_days").to_numpy()[history.customer[billed]].astype(np.int64)
    net = history.total[billed]
    vat = net * 23 // 100
    names = customers.take(buyer)
    return pa.table(
        {
            "id": np.arange(1, len(billed) + 1),
            "number": _join(["FV/", _padded(np.arange(1, len(billed) + 1), 7)]),
            "order_id": _column(orders, "id").take(pa.array(billed)),
            "customer_id": history.customer[billed] + 1,
            "issued_on": pa.array(day.astype("datetime64[D]")),
            "due_on": pa.array((day + terms).astype("datetime64[D]")),
            "net": _money(net),
            "vat": _money(vat),
            "gross": _money(net + vat),
            "buyer_name": _column(names, "company_name"),
            "buyer_nip": _column(names, "nip"),
            "buyer_address": _column(orders, "ship_to_address").take(pa.array(billed)),
        }
    )


def _payments(random: np.random.Generator, invoices: pa.Table, customers: pa.Table) -> pa.Table:
    paid = np.flatnonzero(random.random(invoices.num_rows) < 0.9)
    bills = invoices.take(pa.array(paid))
    payer = customers.take(pc.subtract(_column(bills, "customer_id"), 1))
    days = _column(bills, "issued_on").cast(pa.int32()).to_numpy().astype(np.int64)
    owner = _join([_column(payer, "owner_first_name"), " ", _column(payer, "owner_last_name")])
    return pa.table(
        {
            "id": np.arange(1, len(paid) + 1),
            "invoice_id": bills["id"],
            "amount": bills["gross"],
            "paid_at": _moments(
                (days + random.integers(1, 40, len(paid))) * _DAY + random.integers(0, _DAY, len(paid))
            ),
            "payer_name": payer["company_name"],
            "payer_iban": payer["iban"],
            "transfer_title": _join(["Zapłata za ", _column(bills, "number"), ", ", owner]),
        }
    )


def _returns(
    random: np.random.Generator, history: _History, orders: pa.Table, customers: pa.Table
) -> pa.Table:
    lines = np.flatnonzero(
        (random.random(len(history.line_order)) < 0.01) & ~history.failed[history.line_order]
    )
    order = history.line_order[lines]
    who = customers.take(pa.array(history.customer[order]))
    name = _join([_column(who, "owner_first_name"), " ", _column(who, "owner_last_name")])
    return pa.table(
        {
            "id": np.arange(1, len(lines) + 1),
            "order_id": _column(orders, "id").take(pa.array(order)),
            "product_id": history.line_product[lines] + 1,
            "quantity": pa.array(np.ones(len(lines)), pa.int32()),
            "state": _pick(random, ["requested", "received", "refunded", "rejected"], len(lines)),
            "reason": _join([_pick(random, _REASONS, len(lines)), " Zgłasza ", name, "."]),
            "contact_name": name,
            "contact_email": who["email"],
            "refund_iban": _sometimes(random, 0.7, _column(who, "iban")),
            "requested_at": _moments(history.placed[order] + random.integers(_DAY, 20 * _DAY, len(lines))),
        }
    )


def _people(random: np.random.Generator, size: int) -> dict[str, pa.Array]:
    """Names with the PESEL of the same sex, and the local part of their e-mail (distinct by its number)."""
    woman = random.random(size) < 0.45
    first = pc.if_else(
        pa.array(woman),
        _pick(random, People.first_names_female, size),
        _pick(random, People.first_names_male, size),
    )
    last = _pick(random, People.unisex_last_names, size)
    number = pa.array(random.integers(1, 100, size)).cast(pa.string())
    login = _join([_ascii(first), ".", _ascii(last), number])
    return {"first": first, "last": last, "login": login, "pesel": _pesels(random, woman)}


def _companies(random: np.random.Generator, size: int) -> tuple[pa.Array, pa.Array]:
    """Names, and the host names that go with them."""
    family, town = _pick(random, People.unisex_last_names, size), _pick(random, _TRADES, size)
    name = _join([_pick(random, Companies.company_prefixes, size), " ", town, " ", family, " ",
                  _pick(random, Companies.company_suffixes, size)])  # fmt: skip
    return name, _join([_ascii(town), "-", _ascii(family)])


def _pesels(random: np.random.Generator, woman: NDArray[np.bool_]) -> pa.Array:
    size = len(woman)
    born = np.datetime64("1950-01-01") + random.integers(0, 19_000, size)
    year = born.astype("datetime64[Y]").astype(np.int64) + 1970
    month = born.astype("datetime64[M]").astype(np.int64) % 12 + 1 + np.where(year >= 2000, 20, 0)
    day = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    serial = random.integers(0, 5000, size) * 2 + np.where(woman, 0, 1)
    digits = _as_digits(((year % 100 * 100 + month) * 100 + day) * 10_000 + serial, 10)
    check = (10 - digits @ np.array([1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10
    return _digits(np.column_stack([digits, check]))


def _nips(random: np.random.Generator, size: int) -> pa.Array:
    digits = _as_digits(random.choice(880_000_000, size, replace=False) + 110_000_000, 9)
    check = digits @ np.array([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
    # A remainder of ten has no check digit: the last digit's weight is 7, so one more of it leaves 6 (or 3
    # less).
    odd = check == 10
    digits[odd, 8] = (digits[odd, 8] + 1) % 10
    check = digits @ np.array([6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11
    return _digits(np.column_stack([digits, check]))


def _regons(random: np.random.Generator, size: int) -> pa.Array:
    digits = _as_digits(random.integers(10_000_000, 99_000_000, size), 8)
    check = digits @ np.array([8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10
    return _digits(np.column_stack([digits, check]))


def _ibans(random: np.random.Generator, size: int) -> pa.Array:
    bank = np.array(_BANKS)[random.integers(0, len(_BANKS), size)]
    account = random.integers(0, 10**16, size)
    rest = (bank * pow(10, 22, 97) + account % 97 * pow(10, 6, 97) + 252_100) % 97
    return _join(["PL", _padded(98 - rest, 2), _padded(bank, 8), _padded(account, 16)])


def _phones(random: np.random.Generator, size: int) -> pa.Array:
    """As people write them: three ways."""
    parts = [_padded(random.integers(low, high, size), 3) for low, high in ((500, 899), (0, 1000), (0, 1000))]
    spaced, dashed, plain = _join(["+48 ", _spaced(parts, " ")]), _spaced(parts, "-"), _spaced(parts, "")
    way = random.integers(0, 4, size)
    return pc.if_else(pa.array(way < 2), spaced, pc.if_else(pa.array(way == 2), dashed, plain))


def _spaced(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, separator)


def _uuids(random: np.random.Generator, count: int) -> pa.Array:
    text = random.bytes(16 * count).hex()
    return pa.array(
        [
            f"{one[:8]}-{one[8:12]}-4{one[13:16]}-8{one[17:20]}-{one[20:]}"
            for one in (text[at : at + 32] for at in range(0, 32 * count, 32))
        ]
    )


def _one_line(addresses: pa.Table) -> pa.Array:
    names = ("street", "postal_code", "city")
    street, code, city = (_column(addresses, name) for name in names)
    return _join([street, ", ", code, " ", city])


def _column(table: pa.Table, name: str) -> pa.Array:
    return table.column(name).combine_chunks()


def _join(parts: Sequence[pa.Array | str]) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _stack(*parts: pa.Array) -> pa.Array:
    return pa.concat_arrays(parts)


def _pick(random: np.random.Generator, values: Sequence[str], count: int) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(random.integers(0, len(values), count)))


def _sometimes(random: np.random.Generator, share: float, values: pa.Array) -> pa.Array:
    return _where(random.random(len(values)) < share, values)


def _where(condition: NDArray[np.bool_], values: pa.Array) -> pa.Array:
    """The values where the condition holds, NULL elsewhere."""
    return pc.if_else(pa.array(condition), values, pa.scalar(None, pa.string()))


def _ascii(names: pa.Array) -> pa.Array:
    plain = pc.utf8_lower(pc.replace_substring(pc.replace_substring(names, "ł", "l"), "Ł", "l"))
    return pc.replace_substring_regex(pc.utf8_normalize(plain, form="NFD"), r"[^a-z0-9]", "")


def _money(grosz: Integers) -> pa.Array:
    """Whole grosz as numeric(12, 2): Arrow's decimals are 128-bit integers."""
    wide = np.column_stack([grosz.astype(np.int64), np.zeros(len(grosz), np.int64)])
    return pa.Array.from_buffers(
        pa.decimal128(14, 2), len(grosz), [None, pa.py_buffer(np.ascontiguousarray(wide))]
    )


def _grosz(table: pa.Table, name: str) -> Integers:
    return np.frombuffer(_column(table, name).buffers()[1], np.int64)[::2]


def _moments(seconds: Integers) -> pa.Array:
    return pa.array(seconds.astype("datetime64[s]")).cast(pa.timestamp("s", "UTC"))


def _as_digits(numbers: Integers, width: int) -> Integers:
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10


def _digits(matrix: Integers) -> pa.Array:
    rows, width = matrix.shape
    data = np.ascontiguousarray(matrix.astype(np.uint8) + 48)
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _padded(numbers: Integers, width: int) -> pa.Array:
    return _digits(_as_digits(numbers, width))


_BANKS = (10_201_026, 10_500_099, 11_402_004, 10_901_014, 12_406_292, 19_401_076)
_TRADES = (
    "Budmax",
    "Stalex",
    "Hydro",
    "Elektro",
    "Agro",
    "Meblo",
    "Termo",
    "Auto",
    "Drew",
    "Plast",
    "Tech",
    "Logis",
)
_REMARKS = (
    "Prosi o dostawę przed 12:00.", "Płatność odroczona uzgodniona telefonicznie.",
    "Rampa od podwórza, wąski wjazd.",
    "Wymaga faktury zbiorczej na koniec miesiąca.", "Zamówienie sezonowe, kontakt w październiku.",
    "Reklamacja z wiosny rozliczona korektą.", "Palety zwrotne odbiera kierowca.",
)  # fmt: skip
_REASONS = (
    "Uszkodzone opakowanie.", "Pomyłka w zamówieniu.", "Towar niezgodny z opisem.", "Nadwyżka po remoncie.",
)  # fmt: skip
_GOODS = (
    ("SRB", "Śruba", "złączki"), ("NKR", "Nakrętka", "złączki"), ("RUR", "Rura", "instalacje"),
    ("KBL", "Kabel", "elektryka"), ("ZWR", "Zawór", "instalacje"), ("PRF", "Profil", "stal"),
    ("PLT", "Płyta", "drewno"), ("TSM", "Taśma", "chemia"), ("WRT", "Wiertło", "narzędzia"),
)  # fmt: skip
_SORTS = ("ocynkowana", "nierdzewna", "wzmocniona", "typ A", "typ B", "ECO", "PRO", "magazynowa")
_PACKINGS = ("pakowane po 10", "pakowane po 100", "na paletach", "luzem", "w zwojach")
