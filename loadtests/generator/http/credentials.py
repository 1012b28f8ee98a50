"""The headers by which a user is known, as HTTP has them. Pure."""

from __future__ import annotations

import base64


def basic(user: str, password: str) -> dict[str, str]:
    """Authorization by name and password (RFC 7617)."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    """Authorization by a token (RFC 6750)."""
    return {"Authorization": f"Bearer {token}"}
