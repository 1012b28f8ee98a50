"""The receipt in a MariaDB or MySQL database: one row of a table of ours, judged as every receipt is."""

from __future__ import annotations

import json

from anonymizer.mariadb.connections import Session
from anonymizer.mariadb.schema import RECEIPT
from foundation.receipts import Receipt, accepted, from_dict

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {RECEIPT} (
    single tinyint PRIMARY KEY CHECK (single = 1),
    document longtext NOT NULL
) ENGINE = InnoDB
"""


def store(session: Session, receipt: Receipt) -> None:
    """Writes the receipt in place of the last one. Making the table commits what is under way."""
    session.do(_CREATE)
    document = json.dumps(receipt.to_dict())
    session.do(f"REPLACE INTO {RECEIPT} VALUES (1, %s)", [document])  # noqa: S608 - a name of ours


def read(session: Session) -> Receipt | None:
    """The receipt in a database; None where there is none."""
    there = session.one(
        "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
        [RECEIPT],
    )
    found = session.one(f"SELECT document FROM {RECEIPT}") if there else None  # noqa: S608 - a name of ours
    return from_dict(json.loads(found)) if isinstance(found, bytes) else None


def require(session: Session) -> Receipt:
    """The receipt of a complete and verified database. Raises Refused for any other."""
    return accepted(read(session))
