"""What journeys will ask for, read from their file without running it: missing feeds, unknown words.

Only what is written as it stands is seen (`self.pick("customers")`); the rest is told when it runs.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from foundation.documents import did_you_mean
from foundation.errors import Problem

_PICKING = frozenset({"pick", "unique", "once", "zipf", "hot", "rows"})
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
REQUEST = ("params", "data", "json", "form", "files", "headers", "expect", "expected", "follow")
"""What a request may have, beside its step and path."""
SUBMIT = ("content", "body", "form", "params", "headers", "method", "key", "refusals")
_REQUESTS = frozenset({"request", "get", "post", "put", "patch", "delete"})
_FIRST = {"request": ("step", "method", "path"), "submit": ("step", "path")}


def problems(path: Path, journeys: Collection[str], feeds: Collection[str]) -> list[Problem]:
    """What those journeys of a file want and will not get, each with its line. None where it is no Python."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return []  # whoever runs it says so
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    found: dict[Problem, None] = {}
    for node in classes.values():
        name = _name(node)
        if name in journeys:
            methods = _methods(node, classes)
            found |= dict.fromkeys(_wrong(path, str(name), methods, feeds))
    return list(found)


def _name(node: ast.ClassDef) -> str | None:
    """What a class calls its journey."""
    for statement in node.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
            continue
        if any(isinstance(target, ast.Name) and target.id == "journey" for target in statement.targets):
            return str(statement.value.value)
    return None


def _methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> dict[str, ast.FunctionDef]:
    """Its methods and those of its bases in the file, as far as it does not replace them."""
    found = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes and base.id != node.name:
            found = _methods(classes[base.id], {**classes, base.id: _without_bases(classes, base.id)}) | found
    return found


def _without_bases(classes: dict[str, ast.ClassDef], name: str) -> ast.ClassDef:
    """A class as its own base would have it: a circle, which is no Python, ends here."""
    return ast.ClassDef(name=name, bases=[], keywords=[], body=classes[name].body, decorator_list=[])


def _wrong(
    path: Path, journey: str, methods: dict[str, ast.FunctionDef], feeds: Collection[str]
) -> Iterator[Problem]:
    for method in methods.values():
        for call in ast.walk(method):
            if not isinstance(call, ast.Call) or (called := _of_self(call)) is None or called in methods:
                continue
            where = f"{path}:{call.lineno}"
            if called in _PICKING:
                yield from _no_feed(where, journey, call, feeds)
            elif called in _REQUESTS:
                yield from _unknown(where, called, call, REQUEST)
            elif called == "submit":
                yield from _unknown(where, called, call, SUBMIT)


def _of_self(call: ast.Call) -> str | None:
    """The name of a method that is called on self."""
    named = call.func
    ours = isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name) and named.value.id == "self"
    return named.attr if ours and isinstance(named, ast.Attribute) else None


def _no_feed(where: str, journey: str, call: ast.Call, feeds: Collection[str]) -> Iterator[Problem]:
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "feed")]
    for feed in (each.value for each in given if isinstance(each, ast.Constant)):
        if isinstance(feed, str) and feed not in feeds:
            there = did_you_mean(feed, feeds) if feeds else "there are none: give --feeds FOLDER"
            yield Problem(where=where, what=f"journey {journey!r} needs the feed {feed!r}", hint=there)


def _unknown(where: str, called: str, call: ast.Call, known: Sequence[str]) -> Iterator[Problem]:
    first = _FIRST.get(called, ("step", "path"))
    for each in call.keywords:
        if each.arg is not None and each.arg not in (*first, *known):
            yield Problem(
                where=where, what=f"{called}() has no {each.arg!r}", hint=did_you_mean(each.arg, known)
            )
    given = [each.value for each in call.keywords if each.arg == "method"]
    given += call.args[1:2] if called == "request" else []
    for method in given:
        if isinstance(method, ast.Constant) and method.value not in METHODS:
            yield Problem(
                where=where, what=f"unknown method {method.value!r}", hint=f"one of {', '.join(METHODS)}"
            )
