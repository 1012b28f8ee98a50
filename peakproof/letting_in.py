"""Whether a database lets the platform's user in, asked before anything is done in it.

Of a container that is a person's word, `login` and `database.name`: a wrong one is told where it is written.
"""

from __future__ import annotations

import anonymizer
from foundation.errors import InputError
from foundation.secrets import Secret

_HINT = (
    "`login`, `database.name` and the secret are those with which the image makes its database, such as "
    "POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD"
)


def check(dsn: Secret, service: str, place: str | None) -> None:
    """Raises InputError at `place`, the file:line of the service's `login`, where nobody is let in.

    Without a place it is a kind of ours, which knows its own user: the error is as it comes.
    """
    try:
        anonymizer.receipt(dsn.reveal())
    except InputError as error:
        if place is None:
            raise
        what = f"the database of service {service!r} does not let its user in: {error.what}"
        raise InputError(what, where=place, hint=_HINT) from error
