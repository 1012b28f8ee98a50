"""Packs a parcel for every order in the outbox, each in a transaction of its own; any number may run."""

from __future__ import annotations

import os
import signal
import sys
import time

import psycopg

PACK = """
WITH taken AS (
    DELETE FROM outbox WHERE order_number = (
        SELECT order_number FROM outbox ORDER BY order_number FOR UPDATE SKIP LOCKED LIMIT 1
    ) RETURNING order_number
)
INSERT INTO parcels (order_number) SELECT order_number FROM taken RETURNING number"""
IDLE = 0.1
"""Seconds from one look at an empty outbox to the next."""


def pack() -> None:
    """Packs what there is, for as long as the database answers."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        while True:
            if database.execute(PACK).fetchone() is None:
                time.sleep(IDLE)


if __name__ == "__main__":
    # The first process of a container is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    while True:
        try:
            pack()
        except psycopg.OperationalError as error:
            print(f"the database is away: {error}", flush=True)
            time.sleep(IDLE)
