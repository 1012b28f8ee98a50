"""What a run on MariaDB or MySQL cannot do, said before it begins. Connects to nothing."""

from __future__ import annotations

from anonymizer.copying.how import Reading
from anonymizer.subset.request import Request
from foundation.errors import InputError


def refuse(how: Reading | None, wanted: Request | None) -> None:
    """Raises InputError for what was asked for and cannot be."""
    if wanted is not None:
        raise only_whole()
    if how is not None and how.hold is not None:
        what = "--hold: no connection can take up another one's snapshot on MariaDB or MySQL"
        raise InputError(what, hint="leave it out: a run that was cut short compares what it wrote")
    if how is not None and how.oldest is not None:
        what = "--max-bloat-age: MariaDB and MySQL do not tell how far a snapshot is behind"
        raise InputError(what, hint="leave it out, and watch the history list length of InnoDB")


def only_whole() -> InputError:
    """There are no subsets here."""
    hint = "leave --fraction and --root out; `filter` in the policy chooses rows by a condition"
    return InputError("a subset of a MariaDB or MySQL database cannot be taken", hint=hint)
