"""Asks a URL once, inside an environment, and passes the answer on. Knows nothing of what it carries.

Called as: ask.py DOCUMENT URL. The document (JSON) has the `headers`, which may hold secrets; the `seconds`
that the answer may take, the `most` bytes of it, and `trust`, the certificate of an authority, or nothing.
Prints a line of JSON with the status and the headers that matter, or with what went wrong; then the body.
"""

from __future__ import annotations

import http.client
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

AGAIN = 0.5  # seconds
PASSES = (502, 503, 504)
"""What a platform says while it comes back; so does one that is asked too much."""


class StaysHere(urllib.request.HTTPRedirectHandler):
    """No redirect is followed: it could lead a secret elsewhere."""

    def redirect_request(self, *_asked: object) -> None:
        return None


def answer(
    opener: urllib.request.OpenerDirector, url: str, wanted: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    """The head and the body of an answer. Raises OSError, http.client.HTTPException."""
    request = urllib.request.Request(url, headers=wanted["headers"])  # noqa: S310 - http, or https
    try:
        response = opener.open(request, timeout=wanted["seconds"])
    except urllib.error.HTTPError as refused:  # an answer like any other
        response = refused
    with response:
        body = response.read(wanted["most"] + 1)
        head = {"status": response.status, "link": ", ".join(response.headers.get_all("Link") or [])}
        return head, body


def main(document: str, url: str) -> None:
    wanted = json.loads(Path(document).read_text())
    context = ssl.create_default_context()
    if wanted["trust"]:
        context.load_verify_locations(cadata=wanted["trust"])
    handlers = (urllib.request.ProxyHandler({}), StaysHere(), urllib.request.HTTPSHandler(context=context))
    opener = urllib.request.build_opener(*handlers)
    deadline = time.monotonic() + wanted["seconds"]
    while True:
        try:
            head, body = answer(opener, url, wanted)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            head, body = {"error": f"{type(reason).__name__}: {reason}"}, b""
        passes = head.get("status", 503) in PASSES
        if not passes or time.monotonic() + AGAIN > deadline:
            break
        time.sleep(AGAIN)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)


if __name__ == "__main__":
    main(*sys.argv[1:])
