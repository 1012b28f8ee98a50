r"""Places in texts are filled, what is nearly one is found, every other brace is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.placeholders import filled, literal, places
from environments.topology import Binding
from foundation.errors import InputError
from tests.environments.written import compiled

BINDINGS = {"store": Binding(host="store", port=5432), "api": Binding(host="api")}

TEXT = [
    '{"json": {"store": 1}}', "${HOME} ${store}", "{{.Name}}", "awk '{print $1}'", "{store: 1}",
    "{store,api}",
    "{", "{ store.host; }", "upstream x {\n  store.host\n}",
    "{other} {LEVEL}", "{}", "%{store", "{store", "{secret: x}", "${secret}",
]  # fmt: skip
"""What has braces and is no place."""

SLIPS = [
    "{ store.host }", "{store.host }", "{store .host}", "{{store.host}}", "{{ store.host }}",
    "{store.host", "{store.host:80}", "{Store.host}", "{store.Host}", "{STORE.HOST}",
    "{store}", "{ store }", "{secret}", "{ secret }",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXT)
def test_any_other_brace_is_text(text: str) -> None:
    assert filled(text, BINDINGS) == text
    assert list(places(text, BINDINGS)) == []


@pytest.mark.parametrize("text", SLIPS)
def test_what_is_nearly_a_place_is_found_and_a_brace_that_stays_one_is_not(text: str) -> None:
    (place,) = places(f"a {text} b", BINDINGS)
    assert text.startswith(place.written)
    assert place.right == (text == "{secret}")
    assert list(places(rf"a \{text} b", BINDINGS)) == []
    assert filled(rf"a \{text} b", BINDINGS) == f"a {text} b"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("{store.host}:{store.port}", "store:5432"),
        ("${store.host}", "$store"),
        ("{a:{store.host}}", "{a:store}"),
        (r"\{store.host} {store.host}", "{store.host} store"),
        (r"\\{store.host}", r"\{store.host}"),
        (r"\d{3} \{x", r"\d{3} \{x"),
        ("{left-out.host}", "{left-out.host}"),
        (r"\{left-out.host}", "{left-out.host}"),
    ],
)
def test_places_are_filled_and_a_brace_that_stays_one_loses_its_sign(text: str, becomes: str) -> None:
    assert filled(text, BINDINGS) == becomes


@pytest.mark.parametrize("text", [*TEXT, *SLIPS, "{store.host}", r"\{store.host}", r"\\{ store.host }"])
def test_any_text_can_be_written_so_that_nothing_in_it_is_filled(text: str) -> None:
    written = literal(text, BINDINGS)
    assert filled(written, BINDINGS) == text
    assert list(places(written, BINDINGS)) == []


def told(folder: Path, **options: object) -> list[str]:
    store = {"kind": "container", "image": "minio/minio:1", "port": 9000, **options}
    with pytest.raises(InputError) as caught:
        compiled(folder, {"store": store, "db": {"kind": "postgres"}})
    lines = (folder / "t.yaml").read_text().splitlines()
    return [
        f"{lines[int(each.where.rpartition(':')[2]) - 1].strip()} | {each.what} | {each.hint}"
        for each in caught.value.problems
    ]


FILE = {"as": "file", "path": "/y", "value": "{secret} {secret.qouted}"}


@pytest.mark.parametrize(
    ("options", "line", "what", "hint"),
    [
        ({"environment": {"A": "x", "B": "{ db.host }"}}, "B:", "B has '{ db.host }'", "write {db.host}; "),
        ({"command": ["serve", "{db.host"]}, "-", "argument '{db.host' has '{db.host'", "write {db.host}; "),
        ({"entrypoint": ["{{db.prot}}"]}, "-", "has '{{db.prot}}'", "did you mean '{db.port}'? "),
        ({"environment": {"A": "{db}"}}, "A:", "A has '{db}'", "allowed: {db.hosts}, {db.host}, {db.name}"),
        ({"environment": {"A": "{secret}"}}, "A:", "into a `value` of `secrets` alone", "as: environment"),
        ({"environment": {"A": "{db.prot}"}}, "A:", "A asks for {db.prot}", "did you mean 'db.port'?"),
        (
            {"environment": {"A": "{stores.host}"}},
            "A:",
            "A asks for {stores.host}",
            "did you mean 'store.host'?",
        ),
        (
            {"environment": {"A": "x://${db.host}"}},
            "A:",
            "A has '${db.host}'",
            r"write {db.host}, or `$\{db.host}`",
        ),
        ({"secrets": {"store.x": ["/x", FILE]}}, "- as: file", "{secret.qouted}", "{secret.quoted}"),
    ],
)
def test_what_cannot_be_filled_is_told_at_its_line_with_what_to_write(
    tmp_path: Path, options: dict[str, object], line: str, what: str, hint: str
) -> None:
    (problem,) = told(tmp_path, **options)
    at, said, then = problem.split(" | ")
    assert (at.startswith(line), what in said, hint in then) == (True, True, True), problem


@pytest.mark.parametrize(
    "text",
    ["{order.id}", "{stores.id}", "{upstream.host}", "{{stores.name}}", "{{stores.host}}",
     "{{ store.title }}", "${store.name}", "${store.host:localhost}", "q=>{store.push(q)}",
     "{store.listen(80)}"],
)  # fmt: skip
def test_what_other_programs_write_in_braces_is_theirs(tmp_path: Path, text: str) -> None:
    store = {"kind": "container", "image": "minio/minio:1", "port": 9000, "environment": {"A": text}}
    (node,) = compiled(tmp_path, {"store": store}).topology.nodes
    assert node.process.environment["A"] == text


def test_a_secret_has_no_brace_that_stays_one_in_the_text_around_it(tmp_path: Path) -> None:
    value = {"as": "file", "path": "/y", "value": r"\{secret}"}
    assert "must have {secret} once" in told(tmp_path, secrets={"store.x": value})[0]
