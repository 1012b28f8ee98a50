"""Files over files, by the rules of the specification."""

from __future__ import annotations

from pathlib import Path

from environments.compose.merging import merged
from environments.compose.written import Items, Pairs, Text, Value, parse


def plain(value: Value) -> object:
    if isinstance(value, Text):
        return None if value.null else value.text
    if isinstance(value, Items):
        return [plain(each) for each in value.items]
    return {key: plain(each) for key, each in value.entries.items()}


def over(below: str, above: str) -> object:
    """The service `web` of two files."""
    files = [parse(f"services: {{web: {text}}}", Path(name)) for name, text in (("a", below), ("b", above))]
    whole = plain(merged(files[0], files[1]))
    return whole["services"]["web"]  # type: ignore[index]  # it was just written


def test_mappings_merge_and_words_replace() -> None:
    assert over("{image: a, deploy: {replicas: 1, mode: x}}", "{image: b, deploy: {replicas: 2}}") == {
        "image": "b",
        "deploy": {"replicas": "2", "mode": "x"},
    }


def test_lists_are_appended_and_nothing_stands_there_twice() -> None:
    assert over("{dns: [1.1.1.1]}", "{dns: [8.8.8.8, 1.1.1.1]}") == {"dns": ["1.1.1.1", "8.8.8.8"]}


def test_commands_and_tests_are_replaced() -> None:
    below = "{command: [a, b], entrypoint: [c], healthcheck: {test: [CMD, x], retries: 1}}"
    assert over(below, "{command: [d], healthcheck: {test: [CMD, y]}}") == {
        "command": ["d"],
        "entrypoint": ["c"],
        "healthcheck": {"test": ["CMD", "y"], "retries": "1"},
    }


def test_variables_merge_whichever_way_they_are_written() -> None:
    assert over("{environment: [A=1, B]}", "{environment: {A: 2, C: 3}}") == {
        "environment": {"A": "2", "B": None, "C": "3"}
    }


def test_volumes_are_known_by_where_they_stand_and_ports_by_what_they_say() -> None:
    assert over(
        "{volumes: [foo:/work, x:/x], ports: ['80:80']}", "{volumes: [bar:/work:ro], ports: ['81:80']}"
    ) == {
        "volumes": ["bar:/work:ro", "x:/x"],
        "ports": ["80:80", "81:80"],
    }


def test_what_is_depended_on_adds_up() -> None:
    assert over("{depends_on: [a]}", "{depends_on: {b: {condition: service_healthy}}}") == {
        "depends_on": {"a": None, "b": {"condition": "service_healthy"}}
    }


def test_reset_removes_and_override_replaces() -> None:
    assert over(
        "{ports: ['80:80'], environment: {A: 1}, dns: [a]}",
        "{ports: !reset [], dns: !override [b], environment: {A: !reset null}}",
    ) == {
        "environment": {},
        "dns": ["b"],
    }


def test_what_comes_from_which_file_is_known() -> None:
    files = [
        parse("services:\n  web: {image: a}\n", Path("a")),
        parse("services:\n\n  web: {tty: b}\n", Path("b")),
    ]
    whole = merged(files[0], files[1])
    assert isinstance(whole, Pairs)
    services = whole.entries["services"]
    assert isinstance(services, Pairs)
    web = services.entries["web"]
    assert isinstance(web, Pairs)
    assert [str(web.at(key)) for key in ("image", "tty")] == ["a:2", "b:3"]


def test_an_empty_override_changes_nothing() -> None:
    files = [parse("services: {web: {image: a}}", Path("a")), parse("services:\n", Path("b"))]
    assert plain(merged(files[0], files[1])) == {"services": {"web": {"image": "a"}}}
