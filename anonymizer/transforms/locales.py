"""The option that says of which country names, addresses and companies are. Knows no value."""

from __future__ import annotations

from typing import cast

from pydantic import BaseModel, Field

from anonymizer.pools import Locale
from foundation.documents import Input


class Named(Input):
    """`locale`: of which country names, streets, places and companies are."""

    locale: Locale = Field(default="pl_PL")


def locale_of(options: BaseModel) -> Locale:
    """The locale that was chosen."""
    return cast(Named, options).locale
