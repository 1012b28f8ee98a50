"""Orders of the past and what came of them: lines, invoices, payments, returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .buyers import REMARKS
from .columns import (
    DAY,
    TODAY,
    Integers,
    column,
    grosz,
    join,
    moments,
    money,
    padded,
    pick,
    sometimes,
    uuids,
    where,
)

_ORDERS_PER_CUSTOMER = 3
_LINES_PER_ORDER = 3
_REASONS = (
    "Uszkodzone opakowanie.", "Pomyłka w zamówieniu.", "Towar niezgodny z opisem.", "Nadwyżka po remoncie.",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class History:
    """Orders of the past: whose, when, their lines. Indices count from 0, money is in grosz."""

    customer: Integers
    placed: Integers
    failed: NDArray[np.bool_]
    line_order: Integers
    line_product: Integers
    quantity: Integers
    unit_price: Integers
    total: Integers


def drawn(random: np.random.Generator, size: int, products: pa.Table) -> History:
    orders = size * _ORDERS_PER_CUSTOMER
    placed = np.sort(TODAY - random.integers(DAY, 700 * DAY, orders))
    lines = random.integers(1, _LINES_PER_ORDER + 1, orders)
    order = np.repeat(np.arange(orders), lines)
    place = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines)
    count = products.num_rows
    product = (random.integers(0, count, orders)[order] + place * (count // _LINES_PER_ORDER)) % count
    quantity = random.integers(1, 40, len(order))
    price = (grosz(products, "list_price")[product] * random.uniform(0.8, 1, len(order))).astype(np.int64)
    return History(
        customer=random.integers(0, size, orders), placed=placed, failed=random.random(orders) < 0.01,
        line_order=order, line_product=product, quantity=quantity, unit_price=price,
        total=np.bincount(order, quantity * price, orders).astype(np.int64),
    )  # fmt: skip


def orders(
    random: np.random.Generator,
    history: History,
    customers: pa.Table,
    contacts: pa.Table,
    addresses: pa.Table,
) -> pa.Table:
    size, count = customers.num_rows, len(history.customer)
    by = pa.array(history.customer)
    person = contacts.slice(0, size).take(by)
    delivery = addresses.slice(size).take(by)
    first, last = column(person, "first_name"), column(person, "last_name")
    email, phone = column(person, "email"), column(person, "phone")
    remark = join([pick(random, REMARKS, count), " Odbiera ", first, " ", last, ", tel. ", phone, "."])
    number = padded(np.arange(1, count + 1), 7)
    state = pa.array(np.where(history.failed, "failed", "confirmed"))
    return pa.table({
        "id": uuids(random, count),
        "idempotency_key": join(["history-", number]),
        "request_digest": pa.array([f"{value:016x}" for value in random.integers(0, 1 << 62, count)]),
        "customer_id": history.customer + 1,
        "state": state,
        "failure_reason": where(history.failed, pa.array(["erp: rejected"] * count)),
        "reserved": np.zeros(count, bool),
        "total": money(history.total),
        "erp_number": where(~history.failed, join(["ERP-", number])),
        "ship_to_name": column(delivery, "recipient"),
        "ship_to_email": email,
        "ship_to_phone": phone,
        "ship_to_address": _one_line(delivery),
        "delivery_notes": column(delivery, "delivery_notes"),
        "note": sometimes(random, 0.3, remark),
        "contact_snapshot": join([
            '{"first_name": "', first, '", "last_name": "', last, '", "email": "', email,
            '", "phone": "', phone, '", "role": "', column(person, "role"), '"}',
        ]),
        "placed_at": moments(history.placed),
        "updated_at": moments(history.placed + 60),
    })  # fmt: skip


def _one_line(addresses: pa.Table) -> pa.Array:
    names = ("street", "postal_code", "city")
    street, code, city = (column(addresses, name) for name in names)
    return join([street, ", ", code, " ", city])


def order_lines(history: History, orders: pa.Table) -> pa.Table:
    return pa.table(
        {
            "order_id": column(orders, "id").take(pa.array(history.line_order)),
            "product_id": history.line_product + 1,
            "quantity": pa.array(history.quantity, pa.int32()),
            "unit_price": money(history.unit_price),
        }
    )


def invoices(history: History, orders: pa.Table, customers: pa.Table) -> pa.Table:
    billed = np.flatnonzero(~history.failed)
    buyer = pa.array(history.customer[billed])
    day = history.placed[billed] // DAY + 1
    terms = column(customers, "payment_terms_days").to_numpy()[history.customer[billed]].astype(np.int64)
    net = history.total[billed]
    vat = net * 23 // 100
    names = customers.take(buyer)
    return pa.table(
        {
            "id": np.arange(1, len(billed) + 1),
            "number": join(["FV/", padded(np.arange(1, len(billed) + 1), 7)]),
            "order_id": column(orders, "id").take(pa.array(billed)),
            "customer_id": history.customer[billed] + 1,
            "issued_on": pa.array(day.astype("datetime64[D]")),
            "due_on": pa.array((day + terms).astype("datetime64[D]")),
            "net": money(net),
            "vat": money(vat),
            "gross": money(net + vat),
            "buyer_name": column(names, "company_name"),
            "buyer_nip": column(names, "nip"),
            "buyer_address": column(orders, "ship_to_address").take(pa.array(billed)),
        }
    )


def payments(random: np.random.Generator, invoices: pa.Table, customers: pa.Table) -> pa.Table:
    paid = np.flatnonzero(random.random(invoices.num_rows) < 0.9)
    bills = invoices.take(pa.array(paid))
    payer = customers.take(pc.subtract(column(bills, "customer_id"), 1))
    days = column(bills, "issued_on").cast(pa.int32()).to_numpy().astype(np.int64)
    owner = join([column(payer, "owner_first_name"), " ", column(payer, "owner_last_name")])
    return pa.table(
        {
            "id": np.arange(1, len(paid) + 1),
            "invoice_id": bills["id"],
            "amount": bills["gross"],
            "paid_at": moments(
                (days + random.integers(1, 40, len(paid))) * DAY + random.integers(0, DAY, len(paid))
            ),
            "payer_name": payer["company_name"],
            "payer_iban": payer["iban"],
            "transfer_title": join(["Zapłata za ", column(bills, "number"), ", ", owner]),
        }
    )


def returns(random: np.random.Generator, history: History, orders: pa.Table, customers: pa.Table) -> pa.Table:
    lines = np.flatnonzero(
        (random.random(len(history.line_order)) < 0.01) & ~history.failed[history.line_order]
    )
    order = history.line_order[lines]
    who = customers.take(pa.array(history.customer[order]))
    name = join([column(who, "owner_first_name"), " ", column(who, "owner_last_name")])
    return pa.table(
        {
            "id": np.arange(1, len(lines) + 1),
            "order_id": column(orders, "id").take(pa.array(order)),
            "product_id": history.line_product[lines] + 1,
            "quantity": pa.array(np.ones(len(lines)), pa.int32()),
            "state": pick(random, ["requested", "received", "refunded", "rejected"], len(lines)),
            "reason": join([pick(random, _REASONS, len(lines)), " Zgłasza ", name, "."]),
            "contact_name": name,
            "contact_email": who["email"],
            "refund_iban": sometimes(random, 0.7, column(who, "iban")),
            "requested_at": moments(history.placed[order] + random.integers(DAY, 20 * DAY, len(lines))),
        }
    )
