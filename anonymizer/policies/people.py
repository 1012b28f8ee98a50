"""What a policy says of the people in a table, and how well they must hide. Models only; measures nothing."""

from __future__ import annotations

from pydantic import Field, model_validator

from foundation.documents import Input


class People(Input):
    """Whom a table's rows are about, and what somebody may know of them."""

    person: str | None = Field(
        default=None,
        description="the column that says whom a row is about; by default each row is somebody else",
    )
    quasi: list[str] = Field(
        min_length=1, description="quasi-identifiers: the columns that somebody may know of a person"
    )
    sensitive: str | None = Field(
        default=None, description="the column whose values should differ among people who look alike"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that must carry truth."""
        return (*self.quasi, *([self.sensitive] if self.sensitive else []))


class Enforced(Input):
    """How well the people of every table with `people` must hide; `run` and `verify` fail otherwise."""

    k: int | None = Field(
        default=None, ge=2, description="persons who share their quasi-identifiers, at least (k-anonymity)"
    )
    l: int | None = Field(  # noqa: E741 - the field's own name
        default=None, ge=2, description="sensitive values in a group of such persons, at least (l-diversity)"
    )
    linkage: float | None = Field(
        default=None, ge=0, le=1, description="success of the linkage attack beyond guessing, at most"
    )

    @model_validator(mode="after")
    def _something(self) -> Enforced:
        if not self.model_fields_set:
            raise ValueError("say what: k, l or linkage")
        return self


def enforced(*, k: int | None, diversity: int | None, linkage: float | None) -> Enforced | None:
    """What is wanted; None where nothing is."""
    wanted = {"k": k, "l": diversity, "linkage": linkage}
    given = {name: value for name, value in wanted.items() if value is not None}
    return Enforced.model_validate(given) if given else None
