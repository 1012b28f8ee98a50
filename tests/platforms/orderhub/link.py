"""A TCP link to a server that a test can cut and mend: whoever uses it sees the server die and come back."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Link:
    """Forwards 127.0.0.1:port to the server until cut; while cut, connections are refused."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serve()

    def cut(self) -> None:
        """Ends every connection and refuses new ones."""
        _end(self._listener)
        with self._lock:
            for pair in self._pairs:
                for end in pair:
                    _end(end)
            self._pairs.clear()

    def mend(self) -> None:
        """Takes connections again, on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                with self._lock:
                    self._pairs.append((near, far))
                threading.Thread(target=_pump, args=(near, far), daemon=True).start()


def _pump(near: socket.socket, far: socket.socket) -> None:
    other = {near: far, far: near}
    with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
        for end in other:
            selector.register(end, selectors.EVENT_READ)
        while True:
            for ready, _ in selector.select():
                assert isinstance(ready.fileobj, socket.socket)
                data = ready.fileobj.recv(65536)
                if not data:
                    raise OSError("closed")
                other[ready.fileobj].sendall(data)
    for end in other:
        _end(end)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def link_to(host: str, port: int) -> Iterator[Link]:
    """A link that is cut at the end."""
    link = Link(host, port)
    try:
        yield link
    finally:
        link.cut()
