"""Every table comes with one owner, a circle is cut, and a root takes what is below it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anonymizer.subset.owners import Link, owners, owning, waves


def link(table: str, parent: str, *, nullable: bool = False, soft: bool = False) -> Link:
    return Link(
        table=table, columns=(f"{parent}_id",), parent=parent, parent_columns=("id",), nullable=nullable,
        soft=soft,
    )  # fmt: skip


SHOP = [
    link("orders", "customers"),
    link("lines", "orders"),
    link("lines", "products"),
    link("stock", "products"),
    link("orders", "employees", nullable=True),
]
TABLES = ["customers", "orders", "lines", "products", "stock", "employees"]


def owner_of(found: dict[str, Link | None]) -> dict[str, str | None]:
    return {table: one.parent if one else None for table, one in found.items()}


def test_a_row_comes_with_the_parent_that_is_deepest_and_must_be_set() -> None:
    assert owner_of(owners(TABLES, SHOP)) == {
        "customers": None, "employees": None, "products": None, "orders": "customers", "stock": "products",
        "lines": "orders",
    }  # fmt: skip


def test_a_root_takes_what_is_below_it_and_nothing_else_is_chosen() -> None:
    assert owner_of(owners(TABLES, SHOP, ["products"])) == {
        "products": None,
        "stock": "products",
        "lines": "products",
    }


def test_a_circle_is_cut_at_the_key_that_may_be_null() -> None:
    circle = [link("employees", "departments"), link("departments", "employees", nullable=True)]
    assert owner_of(owners(["employees", "departments"], circle)) == {
        "departments": None,
        "employees": "departments",
    }


def test_a_table_that_refers_to_itself_alone_is_a_root() -> None:
    assert owner_of(owners(["tree"], [link("tree", "tree", nullable=True)])) == {"tree": None}


LINKS = st.builds(link, st.sampled_from("abcde"), st.sampled_from("abcde"), nullable=st.booleans())


@given(st.lists(LINKS, max_size=12), st.lists(st.sampled_from("abcde"), unique=True, max_size=2))
def test_every_owner_comes_before_what_it_owns(links: list[Link], roots: list[str]) -> None:
    found = owners("abcde", links, roots)
    order = list(found)
    assert all(one is None or order.index(one.parent) < order.index(name) for name, one in found.items())
    assert not roots or {name for name, one in found.items() if one is None} == set(roots)
    assert roots or set(found) == set("abcde")
    where = {table: number for number, wave in enumerate(waves(found)) for table in wave}
    assert where.keys() == found.keys()
    assert all(one is None or where[one.parent] < where[name] for name, one in found.items())


def test_a_table_of_codes_owns_nothing_and_a_table_of_owners_does() -> None:
    links = [link("customers", "countries"), link("orders", "customers")]
    rows = {"countries": 200, "customers": 100_000, "orders": 1_000_000}
    assert owner_of(owners(list(rows), owning(links, rows))) == {
        "countries": None, "customers": None, "orders": "customers",
    }  # fmt: skip
    assert owning(links, {"countries": 0, "customers": 0, "orders": 0}) == links, "nobody has counted yet"
