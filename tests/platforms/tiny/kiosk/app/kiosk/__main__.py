"""What a node runs: `tables` makes the tables and ends, `serve` answers until it is killed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from .accepting import ACCEPT
from .serving import serve


def store() -> psycopg.Connection:
    """A connection to the store."""
    password = Path(os.environ["KIOSK_STORE_PASSWORD_FILE"]).read_text(encoding="utf-8")
    return psycopg.connect(os.environ["KIOSK_STORE"], password=password, autocommit=True)


def make_tables() -> None:
    with store() as connection:
        connection.execute(Path(__file__).with_name("tables.sql").read_bytes())


def main(what: str) -> None:
    if what == "tables":
        make_tables()
    else:
        serve(store, ACCEPT[os.environ.get("KIOSK_ACCEPT", "honest")])


if __name__ == "__main__":
    main(sys.argv[1])
