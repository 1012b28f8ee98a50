"""Lets each packet of a netfilter queue go when it has waited long enough. Needs NET_ADMIN.

Called as: delay.py QUEUE SECONDS PACKETS (that may wait at most). Returns once it listens, and goes on in the
background until its container ends. Packets keep their order. The numbers below are those of
linux/netfilter/nfnetlink_queue.h.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Iterator

NETLINK_NETFILTER = 12
SUBSYSTEM = 3 << 8
PACKET, CONFIG, VERDICT_BATCH = SUBSYSTEM | 0, SUBSYSTEM | 2, SUBSYSTEM | 3
REQUEST, ACK = 1, 4
BIND = 1
COPY_META = 1  # nothing of the packet but its number
FAIL_OPEN, GSO = 1, 4  # a queue that is full lets packets pass; large segments stay whole
CFG_CMD, CFG_PARAMS, CFG_MAXLEN, CFG_MASK, CFG_FLAGS = 1, 2, 3, 4, 5
PACKET_HDR, VERDICT_HDR = 1, 2
ACCEPT = 1
SO_RCVBUFFORCE = 33
BUFFER = 8 * 1024**2  # bytes of messages that wait to be read
ERROR = 2  # NLMSG_ERROR, which is also the answer to what was done


def attribute(kind: int, value: bytes) -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return struct.pack("=HH", 4 + len(value), kind) + padded


def message(kind: int, queue: int, *attributes: bytes, flags: int = REQUEST) -> bytes:
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, queue) + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body


def configured(queue: int, most: int) -> Iterator[bytes]:
    """What is said to the kernel, in order."""
    flags = FAIL_OPEN | GSO
    for attributes in (
        [attribute(CFG_CMD, struct.pack("!BBH", BIND, 0, 0))],
        [attribute(CFG_PARAMS, struct.pack("!IB", 0, COPY_META))],
        [attribute(CFG_MAXLEN, struct.pack("!I", most))],
        [attribute(CFG_MASK, struct.pack("!I", flags)), attribute(CFG_FLAGS, struct.pack("!I", flags))],
    ):
        yield message(CONFIG, queue, *attributes, flags=REQUEST | ACK)


def released(queue: int, number: int) -> bytes:
    """Lets all packets go up to that number."""
    return message(VERDICT_BATCH, queue, attribute(VERDICT_HDR, struct.pack("!II", ACCEPT, number)))


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of what was read: (kind, body)."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        yield kind, data[at + 16 : at + length]
        at += (length + 3) & ~3


def numbers(data: bytes) -> Iterator[int]:
    """The numbers of the packets that were read."""
    for kind, body in parts(data):
        at = 4
        while kind == PACKET and at + 4 <= len(body):
            length, name = struct.unpack_from("=HH", body, at)
            if name == PACKET_HDR:
                yield struct.unpack_from("!I", body, at + 4)[0]
            at += (length + 3) & ~3


def bound(queue: int, most: int) -> socket.socket:
    """A socket that gets the queue's packets. Raises OSError."""
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    netlink.bind((0, 0))
    netlink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    for words in configured(queue, most):
        netlink.send(words)
        (kind, body), *_ = parts(netlink.recv(65536))
        refused = -struct.unpack_from("=i", body)[0] if kind == ERROR else 0
        if refused:
            raise OSError(refused, f"the kernel refuses queue {queue}: {os.strerror(refused)}")
    return netlink


def serve(netlink: socket.socket, queue: int, seconds: float) -> None:
    waiting: deque[tuple[float, int]] = deque()
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        if select.select([netlink], [], [], pause)[0]:
            due = time.monotonic() + seconds
            waiting.extend((due, number) for number in numbers(read(netlink)))
        last = None
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            last = waiting.popleft()[1]
        if last is not None:
            netlink.send(released(queue, last))


def read(netlink: socket.socket) -> bytes:
    """What is there; nothing where more came than the buffer holds, which the kernel has let pass."""
    try:
        return netlink.recv(65536)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        return b""


def main(queue: int, seconds: float, most: int) -> None:
    netlink = bound(queue, most)
    if os.fork() == 0:
        for number in (0, 1, 2):  # who called does not wait for the end of what it could write
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        serve(netlink, queue, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
