"""A model's numbers as people mean them: true is no number, though pydantic takes it for 1."""

from __future__ import annotations

from typing import Any, cast

from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from foundation import wording


def apart(schema: CoreSchema) -> CoreSchema:
    """The same schema of a model, in which a number is never made of true or false."""
    return cast(CoreSchema, _of_model(cast(dict[str, Any], schema)))


# Any: schemas are dictionaries of many shapes; only some of their keys are looked at.
def _of_model(schema: dict[str, Any]) -> dict[str, Any]:
    if schema["type"] == "model-fields":
        fields = schema["fields"].items()
        return {
            **schema, "fields": {name: {**each, "schema": _of_value(each["schema"])} for name, each in fields}
        }  # fmt: skip
    return {**schema, "schema": _of_model(schema["schema"])} if "schema" in schema else schema


def _of_value(schema: dict[str, Any]) -> dict[str, Any]:
    """What may stand in a field, whatever it is in: a list, a mapping, several types."""
    if schema["type"] == "model":  # it was made by its own class
        return schema
    if schema["type"] in ("int", "float"):
        return dict(no_info_before_validator_function(_no_truth, cast(CoreSchema, schema)))
    inner = {key: _within(schema[key]) for key in _INNER if key in schema}
    return {**schema, **inner}


def _within(inner: object) -> object:
    if isinstance(inner, list):
        return [_of_value(each) for each in inner]
    return _of_value(inner) if isinstance(inner, dict) and "type" in inner else inner


_INNER = ("schema", "items_schema", "keys_schema", "values_schema", "choices")


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"expected a number, got {wording.shown(value)}")  # noqa: TRY004 - pydantic's way
    return value
