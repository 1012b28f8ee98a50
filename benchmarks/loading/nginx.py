"""A one-worker nginx on loopback that answers all with a small JSON: what generators are compared on."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port} backlog=8192;
    location /login {{
      add_header Set-Cookie "sid=0123456789abcdef0123456789abcdef; Path=/; HttpOnly";
      add_header Set-Cookie "theme=dark; Path=/; Max-Age=86400";
      return 200;
    }}
    location / {{ default_type application/json; return 200 '{{"accepted": true}}'; }}
  }}
}}
"""
_PATIENCE = 10.0  # seconds until it listens


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it listens, and its first process, whose only child answers."""

    url: str
    process: int


def found() -> str | None:
    """Where nginx is on this machine; None when it is not."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")


@contextmanager
def serving(program: str) -> Iterator[Server]:
    """A new nginx that ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        file = Path(folder) / "nginx.conf"
        file.write_text(_CONFIGURATION.format(folder=folder, port=port))
        with subprocess.Popen([program, "-p", folder, "-c", str(file)], stderr=subprocess.DEVNULL) as server:
            try:
                _wait(port)
                yield Server(url=f"http://127.0.0.1:{port}", process=server.pid)
            finally:
                server.terminate()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
