"""What people write: every mistake is told at once, with its line, and with what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, model_validator

from foundation import documents
from foundation.documents import Document, Input, across, as_key, parse
from foundation.errors import InputError, Problem
from foundation.units import Duration, Size

PATH = Path("plan.yaml")


class Inner(Input):
    memory: Size = 1
    wait: Duration = 1.0


class Outer(Input):
    name: str
    inner: dict[str, Inner] = Field(default={})
    steps: tuple[Inner, ...] = ()
    kind: str = Field(default="x", alias="class")


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        documents.validate(documents.parse(text, PATH), Outer)
    return caught.value.problems


def document(text: str, path: Path = PATH) -> Document:
    return documents.parse(text, path)


def test_a_right_document_becomes_a_model() -> None:
    model = documents.validate(document("name: a\ninner: {b: {memory: 1KiB}}\nclass: y\n"), Outer)
    assert (model.name, model.inner["b"].memory, model.kind) == ("a", 1024, "y")


def test_an_unknown_key_names_its_line_and_what_was_meant() -> None:
    (problem,) = problems_of("name: a\ninner:\n  b:\n    memroy: 1KiB\n")
    assert problem.where == "plan.yaml:4"
    assert problem.what == "unknown key 'inner.b.memroy'"
    assert problem.hint == "did you mean 'memory'? allowed: memory, wait"


def test_an_unknown_key_at_the_top_is_compared_with_written_names() -> None:
    (problem,) = problems_of("name: a\nclas: y\n")
    assert problem.hint is not None
    assert problem.hint.startswith("did you mean 'class'?")


def test_an_unknown_key_in_a_list_names_its_line() -> None:
    (problem,) = problems_of("name: a\nsteps:\n  - memory: 1KiB\n  - wiat: 1s\n")
    assert problem.where == "plan.yaml:4"
    assert "did you mean 'wait'?" in str(problem)


def test_a_missing_key_names_the_line_that_should_have_it() -> None:
    (problem,) = problems_of("inner: {}\n")
    assert (problem.where, problem.what) == ("plan.yaml:1", "'name' is missing")


def test_a_wrong_unit_names_line_value_and_units() -> None:
    (problem,) = problems_of("name: a\ninner:\n  b: {memory: 512}\n")
    assert problem.where == "plan.yaml:3"
    assert "'inner.b.memory': expected a size such as \"512MiB\", got 512" in problem.what


def test_all_problems_are_told_at_once() -> None:
    found = problems_of("inner:\n  b: {memory: 1, wait: 2}\nfoo: 1\nsteps: 3\n")
    assert {problem.where for problem in found} == {
        "plan.yaml:1",
        "plan.yaml:2",
        "plan.yaml:3",
        "plan.yaml:4",
    }
    assert len(found) == 5


def test_a_key_written_twice_is_refused_at_its_second_line() -> None:
    with pytest.raises(InputError) as caught:
        documents.parse("name: a\ninner:\n  b: {}\n  c: {}\n  b: {}\n", PATH)
    assert [str(problem) for problem in caught.value.problems] == ["plan.yaml:5: 'b' is written twice"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: [a\n", 2),
        ("name: a\n\tinner: {}\n", 2),
        ("name: *nowhere\n", 1),
        ("? [a]\n: b\n", 1),
        ("name: !!python/object:os.system a\n", 1),
    ],
)
def test_what_is_not_yaml_names_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError, match="not YAML") as caught:
        documents.parse(text, PATH)
    assert caught.value.where == f"plan.yaml:{line}"


@pytest.mark.parametrize(
    "text", ["name: \x00\n", "at: 2026-02-30\n", "n: !!int twelve\n", "a: &x {b: *x}\n", "a: &x [*x]\n"]
)
def test_what_breaks_the_reader_is_an_input_error_too(text: str) -> None:
    with pytest.raises(InputError, match=r"plan\.yaml"):
        documents.parse(text, PATH)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "null"])
def test_a_document_that_is_no_mapping_is_refused(text: str) -> None:
    (problem,) = problems_of(text)
    assert problem.where == "plan.yaml:1"


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        documents.read(tmp_path / "nothing.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        documents.read(tmp_path / "binary.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        documents.read(tmp_path)


BASE = document("name: base\nclass: x\ninner:\n  a: {memory: 1KiB}\n  b: {memory: 1KiB}\n", Path("base.yaml"))


def test_an_overlay_merges_key_by_key() -> None:
    over = document("name: over\ninner:\n  a: {wait: 2s}\n", Path("over.yaml"))
    merged = documents.overlay(BASE, over).content
    assert merged == {
        "name": "over",
        "class": "x",
        "inner": {"a": {"memory": "1KiB", "wait": "2s"}, "b": {"memory": "1KiB"}},
    }


def test_null_removes_what_the_base_has() -> None:
    merged = documents.overlay(BASE, document("class: null\ninner: {b: null}\n", Path("over.yaml"))).content
    assert merged == {"name": "base", "inner": {"a": {"memory": "1KiB"}}}


def test_lists_are_replaced_not_joined() -> None:
    below, above = document("slo: [a, b]\n"), document("slo: [c]\n")
    assert documents.overlay(below, above).content == {"slo": ["c"]}


def test_a_problem_in_an_overlay_names_the_file_that_wrote_it() -> None:
    base = document("name: a\ninner:\n  a: {memroy: 1KiB}\n", Path("base.yaml"))
    over = document("\ninner:\n  b: {wiat: 1s}\n", Path("over.yaml"))
    with pytest.raises(InputError) as caught:
        documents.validate(documents.overlay(base, over), Outer)
    assert {problem.where for problem in caught.value.problems} == {"base.yaml:3", "over.yaml:3"}


contents = st.dictionaries(
    st.text("abc", min_size=1, max_size=2),
    st.recursive(
        st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2),
        lambda inner: st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def of(content: object) -> Document:
    return Document(path=PATH, content=content, places={(): "plan.yaml:1"})


@given(contents)
def test_an_overlay_on_nothing_and_of_nothing_changes_nothing(content: dict[str, object]) -> None:
    assert documents.overlay(of({}), of(content)).content == content
    assert documents.overlay(of(content), of({})).content == content


@given(contents)
def test_an_overlay_of_itself_changes_nothing(content: dict[str, object]) -> None:
    assert documents.overlay(of(content), of(content)).content == content


def test_a_hint_lists_what_is_allowed_even_when_nothing_is_close() -> None:
    assert documents.did_you_mean("zzz", ["alpha", "beta"]) == "allowed: alpha, beta"
    assert documents.did_you_mean("alpa", ["beta", "alpha"]) == "did you mean 'alpha'? allowed: alpha, beta"
    assert documents.did_you_mean("x", []) == "there are none"


def test_what_is_right_can_be_looked_at_while_all_that_is_wrong_is_known() -> None:
    text = "name: a\nsteps:\n  - {memory: 1KiB}\n  - seven\n  - {wait: 2s}\nclas: y\n"
    right, model, problems = documents.partly(document(text), Outer)
    assert [problem.where for problem in problems] == ["plan.yaml:4", "plan.yaml:6"]
    assert model is not None
    assert [step.wait for step in model.steps] == [1.0, 2.0]
    assert right.where(("steps", 1)) == "plan.yaml:5"


def test_a_document_without_problems_is_right_as_a_whole() -> None:
    whole = document("name: a\n")
    right, model, problems = documents.partly(whole, Outer)
    assert right is whole
    assert model == Outer(name="a")
    assert problems == []


def test_a_document_that_lacks_what_it_needs_is_nothing_without_its_mistakes() -> None:
    right, model, problems = documents.partly(document("name: [a]\nclas: y\n"), Outer)
    assert model is None
    assert right.content == {}
    assert len(problems) == 2


class Range(Input):
    low: int
    high: int = 9

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.low >= self.high:
            raise across((("low",), "must be below high"), (("high",), f"must be above {self.low}"))
        return self


class Ranges(Input):
    of: dict[str, Range] = Field(default={})


def test_what_is_wrong_between_keys_is_told_at_each_of_them() -> None:
    text = "of:\n  a:\n    low: 5\n    high: 4\n  b: {low: 1}\n"
    right, model, problems = documents.partly(document(text), Ranges)
    assert [str(problem) for problem in problems] == [
        "plan.yaml:3: 'of.a.low': must be below high",
        "plan.yaml:4: 'of.a.high': must be above 5",
    ]
    assert right.content == {"of": {"b": {"low": 1}}}, "a range without its lower end is none"
    assert model is not None


@pytest.mark.parametrize(
    "name", ["no", "On", "null", "2024", "Leave Requests", "$.people[*].id", "żółw", "plain"]
)
def test_a_key_is_read_as_it_is_written_and_written_so_that_any_reader_takes_it_for_that(name: str) -> None:
    assert yaml.safe_load(f"{as_key(name)}: 1") == {name: 1}
    assert parse(f"{as_key(name)}: 1", Path("x.yaml")).content == {name: 1}


def test_a_key_that_yaml_would_take_for_something_else_is_the_text_that_was_written() -> None:
    assert parse("{no: {1: a, 2024-01-01: b}, ~: c}", Path("x.yaml")).content == {
        "no": {"1": "a", "2024-01-01": "b"}, "~": "c",
    }  # fmt: skip


@pytest.mark.parametrize("written", ["33:33", "1:30", "190:20:30.15", "-1:0"])
def test_what_has_a_colon_is_no_number(written: str) -> None:
    assert parse(f"a: {written}", Path("a.yaml")).content == {"a": written}


def test_an_escape_that_yaml_does_not_know_is_told_with_how_to_write_it() -> None:
    with pytest.raises(InputError) as caught:
        parse('a: "\\{x}"', Path("a.yaml"))
    assert "a backslash is written twice" in str(caught.value.hint)
