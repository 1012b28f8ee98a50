"""Which services of a project run, and what is wrong with what they say. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from environments.compose.reading import Project
from environments.compose.scene import Choices
from environments.compose.service import ComposeService
from environments.compose.service import read as read_service
from environments.compose.written import Items, Pairs, Text, Value, texts
from foundation.documents import did_you_mean
from foundation.errors import InputError, Problem


def services(project: Project, choices: Choices) -> tuple[dict[str, ComposeService], dict[str, str]]:
    """The services that run, and why the others do not. Raises InputError with every problem."""
    written, problems = project.part("services"), list(_unknown_choices(project, choices))
    found: dict[str, ComposeService] = {}
    absent: dict[str, str] = {}
    for name, each in written.entries.items():
        assert isinstance(each, Pairs)
        reason = _absent(name, each, project, choices)
        if reason:
            absent[name] = reason
            continue
        service, wrong = read_service(name, each)
        problems += wrong
        if service is not None:
            found[name] = service
    problems += _needs_problems(found, written)
    _refuse(project, problems)
    return found, absent


def _absent(name: str, written: Pairs, project: Project, choices: Choices) -> str:
    """Why a service does not run; empty where it does."""
    if name in choices.without:
        return "left out by --without"
    if any(word == "0" for word in texts(written.get("scale")) + texts(_replicas(written))):
        return "it has no replicas"
    said = written.get("profiles")
    profiles = [each.text for each in said.items if isinstance(each, Text)] if isinstance(said, Items) else []
    chosen = {*choices.profiles, *filter(None, project.variables.get("COMPOSE_PROFILES", "").split(","))}
    if not profiles or "*" in chosen or chosen & set(profiles):
        return ""
    return f"it is of the profile {' or '.join(profiles)}"


def _replicas(written: Pairs) -> Value | None:
    deploy = written.get("deploy")
    return deploy.get("replicas") if isinstance(deploy, Pairs) else None


def _unknown_choices(project: Project, choices: Choices) -> Iterator[Problem]:
    known_names = project.part("services").entries
    named = {"--entry": {choices.entry} - {None}, "--keep": choices.kept, "--without": choices.without}
    for option, wanted in named.items():
        for name in sorted(each for each in wanted if each and each not in known_names):
            yield Problem(where=option, what=f"no service {name!r}", hint=did_you_mean(name, known_names))


def _needs_problems(found: Mapping[str, ComposeService], written: Pairs) -> Iterator[Problem]:
    for name, service in found.items():
        for wanted, need in service.needs.items():
            if wanted not in written.entries and need.required:
                what = f"service {name!r} depends on {wanted!r}, which the file does not have"
                yield need.place.problem(what, did_you_mean(wanted, written.entries))
        if not service.image and service.build is None:
            hint = "a file that only overrides is named after the one it overrides"
            yield service.place.problem(f"service {name!r} has neither `image` nor `build`", hint)
    graph = {name: [each for each in service.needs if each in found] for name, service in found.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        what = f"services depend on each other: {' -> '.join(reversed(circle))}"
        yield found[circle[0]].at("depends_on").problem(what)


def _refuse(project: Project, problems: Sequence[Problem]) -> None:
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise InputError(f"{len(problems)} {noun} in {project.files[0]}", problems=problems)
