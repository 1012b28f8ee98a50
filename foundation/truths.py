"""A model's numbers as people mean them: true is no number, though pydantic takes it for 1."""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from foundation import wording


def apart(schema: CoreSchema) -> CoreSchema:
    """The same schema of a model, in which a number is never made of true or false."""
    return cast(CoreSchema, _apart(cast(dict[str, Any], schema)))


# Any: schemas are dictionaries of many shapes; only three of their keys are looked at.
def _apart(schema: dict[str, Any]) -> dict[str, Any]:
    if schema["type"] in ("int", "float"):
        return dict(no_info_before_validator_function(_no_truth, cast(CoreSchema, schema)))
    changed = dict(schema)
    if "schema" in schema:
        changed["schema"] = _apart(schema["schema"])
    if schema["type"] == "model-fields":
        fields = schema["fields"]
        changed["fields"] = {
            name: {**each, "schema": _apart(each["schema"])} for name, each in fields.items()
        }
    return changed


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"expected a number, got {wording.shown(value)}")  # noqa: TRY004 - pydantic's way
    return value
