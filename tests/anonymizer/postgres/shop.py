"""A shop's database that is not orderhub's, filled and empty, and runs from one into the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation import receipts
from foundation.errors import PeakproofError

HERE = Path(__file__).parent.parent
SCHEMA = (HERE / "shop.sql").read_text()
ROWS = (HERE / "shop_rows.sql").read_text()
POLICY = (HERE / "shop.yaml").read_text()
KEY = Key(bytes(range(32)))


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A filled source, an empty target, and the policy's file."""

    source: str
    target: str
    policy: Path

    def run(self, key: Key = KEY, *, replace: bool = False) -> receipts.Receipt:
        policy = anonymizer.load_policy(self.policy)
        return anonymizer.anonymize(self.source, self.target, policy, key, replace=replace)

    def change(self, before: str, after: str) -> None:
        assert before in self.policy.read_text()
        self.policy.write_text(self.policy.read_text().replace(before, after))

    def refusal(self) -> PeakproofError:
        with pytest.raises(PeakproofError) as refused:
            self.run()
        return refused.value


def require(dsn: str) -> receipts.Receipt:
    with psycopg.connect(dsn) as connection:
        return receipts.require(connection)
