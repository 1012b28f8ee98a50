"""CSV in, CSV out: what changes, what stays, and what every wrong file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.errors import InputError, PeakproofError, Refused
from tests.anonymizer.files.people import CSV, POLICY, mask, written


def masked(tmp_path: Path, content: str = CSV, policy: str = POLICY, **chosen: object) -> list[str]:
    target = tmp_path / "masked.csv"
    mask(tmp_path, written(tmp_path / "people.csv", content), target, policy, **chosen)
    return target.read_text().splitlines()


def refusal(tmp_path: Path, content: str, policy: str = POLICY) -> PeakproofError:
    with pytest.raises(PeakproofError) as refused:
        masked(tmp_path, content, policy)
    assert not list(tmp_path.glob("*masked*")), "an output was left behind"
    return refused.value


def test_what_is_masked_changes_and_all_else_stays_as_it_was(tmp_path: Path) -> None:
    header, first, second, third = masked(tmp_path)
    assert header == CSV.splitlines()[0]
    assert first.split(",")[0] == "1"
    assert first.endswith(",,1.50,2024-06-01 10:00:00+00")
    for original in ("jan@firma.pl", "44051401359", "1980-02-03", "said"):
        assert original not in first
    assert second.startswith("2,,")
    assert third.startswith("3,")


def test_null_and_empty_keep_their_place(tmp_path: Path) -> None:
    third = masked(tmp_path)[3].split(",")
    assert (third[2], third[3], third[5], third[6], third[8]) == ('""', "", '""', "", "")


def test_the_same_value_is_the_same_pseudonym_in_every_file(tmp_path: Path) -> None:
    email = masked(tmp_path)[1].split(",")[1]
    mask(tmp_path, written(tmp_path / "orders.csv", "id,buyer\n9,jan@FIRMA.pl\n"), tmp_path / "sold.csv")
    assert (tmp_path / "sold.csv").read_text() == f"id,buyer\n9,{email}\n"


def test_a_declared_reference_follows_an_original_of_which_there_is_no_file(tmp_path: Path) -> None:
    email = masked(tmp_path)[1].split(",")[1]
    policy = POLICY.replace("buyer: {transform: email, class: identifying, domain: person}",
                            "buyer: {references: people.email}")  # fmt: skip
    mask(tmp_path, written(tmp_path / "orders.csv", "id,buyer\n9,jan@firma.pl\n"), tmp_path / "o.csv", policy)
    assert (tmp_path / "o.csv").read_text() == f"id,buyer\n9,{email}\n"


def test_two_workers_write_what_one_writes(tmp_path: Path) -> None:
    assert masked(tmp_path, workers=2) == masked(tmp_path, workers=1, replace=True)


def test_other_delimiters_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    content = "\ufeffid;buyer\r\n1;jan@firma.pl\r\n"
    mask(tmp_path, written(tmp_path / "orders.csv", content), tmp_path / "o.csv", delimiter=";")
    header, row = (tmp_path / "o.csv").read_text().splitlines()
    assert (header, row.partition(";")[0]) == ("id;buyer", "1")


def test_a_file_of_nothing_but_a_header_stays_one(tmp_path: Path) -> None:
    assert masked(tmp_path, CSV.splitlines()[0] + "\n") == [CSV.splitlines()[0]]


def test_columns_with_quotes_and_commas_in_their_names_keep_them(tmp_path: Path) -> None:
    policy = 'policy: p\nversion: 1\ntables:\n  people: {columns: {"a,\\"b": keep}}\n'
    assert masked(tmp_path, '"a,""b"\n1\n', policy) == ['"a,""b"', "1"]


def test_a_column_that_is_not_named_stops_with_the_patch(tmp_path: Path) -> None:
    error = refusal(tmp_path, CSV, POLICY.replace("      note: {transform: regenerate, class: free}\n", ""))
    assert "people.note (text) is not named" in error.detail[0]
    assert "note: {transform: regenerate, class: free}" in str(error.hint)


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("id,buyer\n1,a\n2,b,tajne\n", "", "row 2: 3 columns where the header names 2"),
        ("", "", "has no header line"),
        ("id,id\n1,2\n", ", header", "names 'id' twice"),
        ("id;buyer\n1;2\n", "", "its header holds no ',', but ';'"),
    ],
)
def test_a_wrong_file_is_told_by_its_row_and_never_quoted(
    tmp_path: Path, content: str, where: str, what: str
) -> None:
    source = written(tmp_path / "orders.csv", content)
    with pytest.raises(InputError) as refused:
        mask(tmp_path, source, tmp_path / "masked.csv")
    assert str(refused.value) == f"{source}{where}: {what}"
    assert "tajne" not in f"{refused.value} {refused.value.hint} {refused.value.detail}"
    assert not list(tmp_path.glob("*masked*"))


def test_another_encoding_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes("id,buyer\n1,zażółć\n".encode("cp1250"))
    with pytest.raises(InputError, match="is not UTF-8") as refused:
        mask(tmp_path, tmp_path / "orders.csv", tmp_path / "masked.csv")
    assert "iconv" in str(refused.value.hint)


def test_filters_are_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path, CSV, POLICY.replace("  people:\n", "  people:\n    filter: id > 3\n"))
    assert "a file has no SQL" in error.detail[0]


def test_a_target_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    before = masked(tmp_path)
    with pytest.raises(Refused, match="exists already"):
        masked(tmp_path)
    assert masked(tmp_path, replace=True) == before


def test_the_source_is_never_the_target(tmp_path: Path) -> None:
    source = written(tmp_path / "people.csv")
    (tmp_path / "link.csv").symlink_to(source)
    with pytest.raises(Refused, match="the target is the source"):
        mask(tmp_path, source, tmp_path / "link.csv", replace=True)
    assert source.read_text() == CSV
