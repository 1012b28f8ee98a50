"""Two hundred copies under as many keys, with names that the pools have, too: none raises a false alarm."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import anonymizer
from anonymizer.files.run import Options, anonymize_files
from anonymizer.pools import first_names, last_names, pool
from anonymizer.pseudonyms.keys import Key
from tests.anonymizer.files.people import silent

COPIES = int(os.environ.get("PEAKPROOF_COPIES", "200"))
CUSTOMERS = int(os.environ.get("PEAKPROOF_CUSTOMERS", "10000"))
POLICY = """
policy: copies
version: 1
tables:
  k:
    columns:
      mail: {transform: email, class: identifying, domain: person}
      name: {transform: full_name, class: identifying, scope: entity(mail), domain: person}
      first: {transform: first_name, class: common, scope: entity(mail), domain: person}
      company: {transform: company, class: identifying}
      street: {transform: street, class: identifying, scope: entity(mail)}
      city: {transform: city, class: common, scope: entity(mail)}
      phone: {transform: phone, class: identifying}
      pesel: {transform: pesel, class: identifying}
      nip: {transform: nip, class: identifying}
      code: {transform: scramble, class: sensitive}
      note: {transform: regenerate, class: free}
"""


def customers(count: int) -> pa.Table:
    """Everybody is called as the pools call people; half of the companies are called as their owners."""
    random = np.random.default_rng(2)
    women, men = (names.to_pylist() for names in first_names("pl_PL"))
    _, families = (names.to_pylist() for names in last_names("pl_PL"))
    first = random.choice(women + men, count)
    last = random.choice(families, count)
    streets, places = (random.choice(pool(name).to_pylist(), count) for name in ("streets", "places"))
    name = [f"{one} {other}" for one, other in zip(first, last, strict=True)]
    number = random.permutation(8 * 10**8)[:count] if count > 10**6 else random.integers(0, 8 * 10**8, count)
    return pa.table({
        "mail": [f"{one}.{at}@firma.pl".lower() for at, one in enumerate(last)],
        "name": name,
        "first": first.tolist(),
        "company": [one if at % 2 else f"{one.split()[1]} Sp.j." for at, one in enumerate(name)],
        "street": [f"{one} {1 + at % 199}" for at, one in enumerate(streets)],
        "city": [one[7:] for one in places],
        "phone": [f"+48 {200_000_000 + one}" for one in number],
        "pesel": [f"{44_010_100_000 + 7 * int(one):011d}" for one in number],
        "nip": [f"{1_000_000_000 + 9 * int(one):010d}" for one in number],
        "code": [f"{int(one):08x}" for one in number],
        "note": [f"Klient {one} dzwonil w sprawie zamowienia {at} i prosil o kontakt. " * 3
                 for at, one in enumerate(name)],
    })  # fmt: skip


@pytest.mark.prove
@pytest.mark.timeout(7200)
def test_no_copy_of_two_hundred_raises_a_false_alarm(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    policy = anonymizer.load_policy(tmp_path / "policy.yaml")
    source, target = tmp_path / "k.parquet", tmp_path / "masked.parquet"
    pq.write_table(customers(CUSTOMERS), source)
    options, alarms = Options(table="k", replace=True), {}
    for number in range(COPIES):
        key = Key(hashlib.sha256(f"copy {number}".encode()).digest())
        done = anonymize_files(source, target, policy, key, options=options, progress=silent)
        if not done.verified:
            alarms[number] = done.findings
    assert alarms == {}
