"""A small web site on loopback, as many are: a login with CSRF, sessions, redirects, JSON, uploads, codings.

It keeps what it was asked, for tests to look at.
"""

# ruff: noqa: ARG001, ARG005 - every place is asked alike

from __future__ import annotations

import base64
import email
import gzip
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, parse_qsl, urlsplit

import brotli

PASSWORD = "correct horse"
TAG = '"v1"'


@dataclass(kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        return {name: each.value for name, each in SimpleCookie(self.headers.get("Cookie", "")).items()}

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Site:
    """What it was asked, who is logged in, and how often each place fails before it answers."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    orders: list[dict[str, str]] = field(default_factory=list)
    failing: dict[str, list[int]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def paths(self) -> list[str]:
        """METHOD and path of what it was asked, in order."""
        return [f"{each.method} {each.path}" for each in self.asked]

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            self.asked.append(asked)
            if left := self.failing.get(f"{asked.method} {asked.path}"):
                return Answer(status=left.pop(0))
            return PLACES.get(f"{asked.method} {asked.path}", _missing)(self, asked)


def _missing(site: Site, asked: Asked) -> Answer:
    return _json({"error": f"no {asked.path}", "token": "s3cr3t-in-the-answer"}, status=404)


def _json(value: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    return Answer(
        status=status,
        body=json.dumps(value).encode(),
        headers=[("Content-Type", "application/json"), *headers],
    )


def _login_page(site: Site, asked: Asked) -> Answer:
    token = secrets.token_hex(8)
    page = f'<form method="post"><input type=hidden name="csrf" value="{token}"><input name="user"></form>'
    return Answer(body=page.encode(), headers=[("Set-Cookie", f"csrf={token}; Path=/login")])


def _login(site: Site, asked: Asked) -> Answer:
    given = asked.form
    if given.get("csrf") != asked.cookies.get("csrf") or given.get("password") != PASSWORD:
        return Answer(status=403, body=b"no")
    session = secrets.token_hex(8)
    site.sessions[session] = given["user"]
    cookie = f"sid={session}; Path=/; HttpOnly"
    return Answer(status=303, headers=[("Location", "/home"), ("Set-Cookie", cookie)])


def _home(site: Site, asked: Asked) -> Answer:
    user = site.sessions.get(asked.cookies.get("sid", ""))
    return Answer(status=302, headers=[("Location", "/login")]) if user is None else _json({"user": user})


def _echo(site: Site, asked: Asked) -> Answer:
    told = {"method": asked.method, "query": asked.query, "body": asked.body.decode()}
    return _json({**told, "type": asked.headers.get("Content-Type", "")})


def _page(site: Site, asked: Asked) -> Answer:
    tagged = [("ETag", TAG)]
    known = asked.headers.get("If-None-Match") == TAG
    return Answer(status=304, headers=tagged) if known else _json({"version": 1}, 200, *tagged)


def _packed(site: Site, asked: Asked) -> Answer:
    body, wanted = b'{"packed": true}', asked.headers.get("Accept-Encoding", "")
    if "br" in wanted:
        return Answer(body=brotli.compress(body), headers=[("Content-Encoding", "br")])
    if "gzip" in wanted:
        return Answer(body=gzip.compress(body), headers=[("Content-Encoding", "gzip")])
    return Answer(body=body)


def _upload(site: Site, asked: Asked) -> Answer:
    read = email.message_from_bytes(
        f"Content-Type: {asked.headers['Content-Type']}\n\n".encode() + asked.body
    )
    parts = [part for part in read.get_payload() if isinstance(part, Message)]
    named = [str(part.get_param("name", header="content-disposition")) for part in parts]
    return _json({name: len(part.get_payload(decode=True)) for name, part in zip(named, parts, strict=True)})


def _protected(site: Site, asked: Asked) -> Answer:
    basic = "Basic " + base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    return (
        _json({"in": True})
        if asked.headers.get("Authorization") in (basic, "Bearer t0ken")
        else Answer(status=401)
    )


def _order(site: Site, asked: Asked) -> Answer:
    form = asked.headers.get("Content-Type", "").startswith("application/x-www-form")
    order = asked.form if form else json.loads(asked.body)
    if order.get("sku") == "sold-out":
        return _json({"error": "sold out"}, status=410)
    known = dict(order, header=asked.headers.get("X-Request-Id", ""))
    if known not in site.orders:
        site.orders.append(known)
    return _json({"id": len(site.orders)}, status=201)


def _moved(status: int, to: str) -> Callable[[Site, Asked], Answer]:
    return lambda site, asked: Answer(status=status, headers=[("Location", to)])


Place = Callable[[Site, Asked], Answer]
PLACES: Mapping[str, Place] = {
    "GET /login": _login_page,
    "POST /login": _login,
    "GET /home": _home,
    **{f"{method} /echo": _echo for method in ("GET", "POST", "PUT", "PATCH", "DELETE")},
    "HEAD /page": _page,
    "GET /page": _page,
    "GET /packed": _packed,
    "POST /upload": _upload,
    "GET /protected": _protected,
    "POST /orders": _order,
    "PUT /orders": _order,
    "GET /moved": _moved(301, "/page"),
    "POST /moved-once": _moved(307, "/echo"),
    "GET /round": _moved(302, "/round"),
    "GET /away": _moved(302, "http://192.0.2.1/"),
    "GET /text": lambda site, asked: Answer(body=b"<p>no JSON</p>"),
}


@contextmanager
def standing() -> Iterator[Site]:
    """A site that ends with the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=parse_qs(parts.query),
                headers=dict(self.headers.items()),
                body=body,
            )
            answer = site.answer(asked)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the server's own names

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
