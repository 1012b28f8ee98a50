"""The words that master and workers add to Locust's protocol, and how long they wait for each other.

Locust's own messages (client_ready, heartbeats, quit; for the closed model spawn, stats and stop) are used as
they are. The protocol is plain and unauthenticated: whoever can connect is a worker or a master.
"""

from __future__ import annotations

from enum import StrEnum


class FromMaster(StrEnum):
    REFUSED = "peakproof_refused"  # {what}
    JOB = "peakproof_job"  # {worker, job, files}
    CLOCK = "peakproof_ask_clock"  # {sent}
    START = "peakproof_start"  # {at}: by the worker's own clock
    END = "peakproof_end"  # {early}
    GOT = "peakproof_got"  # {file, at}


class FromWorker(StrEnum):
    HELLO = "peakproof_hello"  # {host, code, locust}
    SAID = "peakproof_said"  # {line}: as a generator says it on stdout
    CLOCK = "peakproof_clock"  # {sent, received, answered}
    PIECE = "peakproof_piece"  # {file, at, content}
    DONE = "peakproof_done"  # {status, files: {name: SHA-256}}


SILENCE = 10.0
"""Seconds without a heartbeat of its master after which a worker ends its load: nobody listens any more."""
