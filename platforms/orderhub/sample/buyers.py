"""Companies that buy, their people and addresses; personal data also in free text and JSON."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker.providers.address.pl_PL import Provider as Places

from .columns import DAY, TODAY, column, join, moments, money, pick, sometimes, stack
from .identities import companies, ibans, nips, people, phones, regons

REMARKS = (
    "Prosi o dostawę przed 12:00.", "Płatność odroczona uzgodniona telefonicznie.",
    "Rampa od podwórza, wąski wjazd.",
    "Wymaga faktury zbiorczej na koniec miesiąca.", "Zamówienie sezonowe, kontakt w październiku.",
    "Reklamacja z wiosny rozliczona korektą.", "Palety zwrotne odbiera kierowca.",
)  # fmt: skip


def customers(random: np.random.Generator, size: int) -> pa.Table:
    ids = np.arange(1, size + 1)
    owners = people(random, size)
    company, host = companies(random, size)
    email = join([owners["login"], "@", host, ".pl"])
    phone = phones(random, size)
    terms = random.choice([7, 14, 14, 21, 30, 60], size)
    limit = (
        np.round(np.exp(random.normal(13.2, 0.6, size)) / 1000).clip(200, 20_000).astype(np.int64) * 100_000
    )
    # A few are nearly at their limit: their orders are refused, as in life.
    share = np.where(
        random.random(size) < 0.02, random.uniform(0.98, 0.9999, size), random.uniform(0, 0.3, size)
    )
    opening = (limit * share).astype(np.int64)
    created = TODAY - random.integers(30, 3000, size) * DAY - random.integers(0, DAY, size)
    full = join([owners["first"], " ", owners["last"]])
    return pa.table(
        {
            "id": ids,
            "company_name": company,
            "nip": nips(random, size),
            "regon": regons(random, size),
            "status": pick(random, ["active"] * 96 + ["blocked"] * 3 + ["closed"], size),
            "segment": pick(random, ["standard"] * 6 + ["silver"] * 2 + ["gold", "key"], size),
            "owner_first_name": owners["first"],
            "owner_last_name": owners["last"],
            "owner_pesel": sometimes(random, 0.9, owners["pesel"]),
            "email": email,
            "phone": phone,
            "iban": ibans(random, size),
            "payment_terms_days": pa.array(terms, pa.int16()),
            "credit_limit": money(limit),
            "credit_opening": money(opening),
            "credit_used": money(opening),
            "account_notes": sometimes(random, 0.5, _notes(random, full, phone, email)),
            "preferences": _preferences(random, full, email, phone),
            "created_at": moments(created),
            "updated_at": moments(created + random.integers(0, 30 * DAY, size)),
        }
    )


def _notes(random: np.random.Generator, full: pa.Array, phone: pa.Array, email: pa.Array) -> pa.Array:
    size = len(full)
    told = join(["Rozmowa z: ", full, ", tel. ", phone, ". ", pick(random, REMARKS, size)])
    written = join([pick(random, REMARKS, size), " Faktury proszę słać na ", email, " (", full, ")."])
    return pc.if_else(pa.array(random.random(size) < 0.5), told, written)


def _preferences(random: np.random.Generator, full: pa.Array, email: pa.Array, phone: pa.Array) -> pa.Array:
    size = len(full)
    return join([
        '{"language": "', pick(random, ["pl", "pl", "pl", "en", "uk"], size), '", "newsletter": ',
        pick(random, ["true", "false"], size), ', "invoice": {"form": "pdf", "email": "', email,
        '"}, "contact": {"name": "', full, '", "email": "', email, '", "phone": "', phone, '"}}',
    ])  # fmt: skip


def contacts(random: np.random.Generator, customers: pa.Table) -> pa.Table:
    """The owner, who is the primary contact, and one more person of each company."""
    size = customers.num_rows
    others = people(random, size)
    host = pc.replace_substring_regex(column(customers, "email"), r"^.*@", "")
    own = {"first": "owner_first_name", "last": "owner_last_name", "email": "email", "phone": "phone"}
    owners = {name: column(customers, its) for name, its in own.items()}
    others = others | {"email": join([others["login"], "@", host]), "phone": phones(random, size)}
    roles = pick(random, ["buyer", "buyer", "accountant", "warehouse"], size)
    customer = np.arange(1, size + 1)
    return pa.table(
        {
            "id": np.arange(1, 2 * size + 1),
            "customer_id": np.concatenate([customer, customer]),
            "first_name": stack(owners["first"], others["first"]),
            "last_name": stack(owners["last"], others["last"]),
            "email": stack(owners["email"], others["email"]),
            "phone": stack(owners["phone"], others["phone"]),
            "role": stack(pa.array(["owner"] * size), roles),
            "is_primary": np.arange(2 * size) < size,
        }
    )


def addresses(random: np.random.Generator, customers: pa.Table) -> pa.Table:
    size = customers.num_rows
    customer = np.arange(1, size + 1)
    building = pa.array(random.integers(1, 180, 2 * size)).cast(pa.string())
    code = pa.array([f"{a:02d}-{b:03d}" for a, b in random.integers((0, 1), (100, 1000), (2 * size, 2))])
    names = join([column(customers, "owner_first_name"), " ", column(customers, "owner_last_name")])
    ask = join(["Przed dostawą dzwonić: ", names, ", ", column(customers, "phone")])
    return pa.table(
        {
            "id": np.arange(1, 2 * size + 1),
            "customer_id": np.concatenate([customer, customer]),
            "kind": ["billing"] * size + ["delivery"] * size,
            "recipient": stack(column(customers, "company_name"), column(customers, "company_name")),
            "street": join(["ul. ", pick(random, Places.streets_universal, 2 * size), " ", building]),
            "postal_code": code,
            "city": pick(random, Places.cities, 2 * size),
            "delivery_notes": stack(pa.nulls(size, pa.string()), sometimes(random, 0.4, ask)),
        }
    )
