"""What a kind of ours refuses of what a Compose file says, told where that file says it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from environments.compose.containers import Draft
from environments.compose.service import ComposeService
from environments.services import KINDS
from foundation import mistakes
from foundation.errors import Problem

# Options that are called otherwise there.
_KEYS: Mapping[str, str] = {
    "capabilities": "cap_add",
    "deadline": "healthcheck",
    "endpoints": "ports",
    "files": "volumes",
    "memory": "mem_limit",
    "needs": "depends_on",
    "nodes": "deploy",
    "port": "ports",
    "ready": "healthcheck",
    "shared_memory": "shm_size",
    "stop_grace": "stop_grace_period",
}


def problems(service: ComposeService, draft: Draft) -> Iterator[Problem]:
    """Every option that its kind refuses."""
    options = KINDS[str(draft.options["kind"])].options
    try:
        options.model_validate(draft.options)
    except ValidationError as error:
        for mistake in mistakes.found(options, draft.options, error):
            option = str(mistake.at[0]) if mistake.at else ""
            key = _KEYS.get(option, option)
            yield service.at(key).problem(f"service {service.name!r}: `{key}`: {mistake.said}", mistake.hint)
