"""The JSON Schema of a policy's file, for editors. Made from the models and the transforms; reads no policy.

`python -m anonymizer.policies.json_schema > docs/anonymizer/policy.schema.json` writes it again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from anonymizer.policies.policy import Written
from anonymizer.transforms import DROP, INHERIT, KEEP, TRANSFORMS, WORDS

Schema = dict[str, object]

_OWN: Schema = {"pattern": r"\.", "description": "a transform of your own, from an installed distribution"}


def policy_schema() -> Schema:
    """What an editor completes and underlines. What depends on a database is left to `check`."""
    made = Written.model_json_schema(by_alias=True)
    definitions = made.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Peakproof masking policy",
        **{key: value for key, value in made.items() if key not in ("title", "required", "properties")},
        "properties": {
            "extends": {"type": "string", "description": "another policy's file, relative to this one"},
            **made["properties"],
        },
        # What a file extends may bring the rest.
        "anyOf": [{"required": ["extends"]}, {"required": made["required"]}],
        "$defs": {
            **definitions,
            "Rule": _or_word([KEEP, DROP, INHERIT], _rule(definitions["Rule"])),
            "TableRule": _or_word(["skip", "empty"], definitions["TableRule"]),
        },
    }


def _or_word(words: list[str], written_out: Schema) -> Schema:
    return {"anyOf": [{"enum": [*words, None]}, written_out]}


def _rule(rule: Schema) -> Schema:
    """The rule with the transforms by name, and the options that each of them has."""
    properties = rule["properties"]
    assert isinstance(properties, Mapping)  # pydantic's
    transforms = {**properties["transform"], "anyOf": [{"enum": [*WORDS, *sorted(TRANSFORMS)]}, _OWN]}
    return {
        **{key: value for key, value in rule.items() if key != "required"},
        "properties": {**properties, "transform": transforms},
        "allOf": [_options(name) for name in sorted(TRANSFORMS)],
    }


def _options(name: str) -> Schema:
    allowed = TRANSFORMS[name].options.model_json_schema()
    return {
        "if": {"properties": {"transform": {"const": name}}, "required": ["transform"]},
        "then": {"properties": {"options": {**allowed, "title": f"options of {name}"}}},
    }


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
