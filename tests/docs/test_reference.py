"""Promises of the reference pages: they say what contracts and dictionaries say, and every link leads somewhere."""

import re

import pytest

from loudong import reference
from loudong.settings import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"


def test_the_generated_pages_are_the_known_ones() -> None:
    assert set(reference.PAGES) == {"landing.md", "data-dictionary.md"}


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_reference_page_is_what_make_docs_writes(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == reference.renewed(DOCS / name), "run: make docs"


def test_every_entity_and_every_output_has_its_table() -> None:
    from loudong.landing.contract import entities

    landing = (DOCS / "landing.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\w+)$", landing, re.M)) >= set(entities())
    outputs = set(re.findall(r"^## ((?:marts|bi)\.\w+)$", (DOCS / "data-dictionary.md").read_text(), re.M))
    assert outputs >= {"marts.dim_customer", "marts.fct_customer_features", "bi.customer_360", "bi.work_list"}


def test_the_dictionary_says_how_a_feature_is_worked_out() -> None:
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert "| `credit_score_slope_180d` | 30 times the least-squares slope of score_value" in page
    assert "| `customer_id` | text |" in page, "a column without a definition keeps its row"


def test_every_link_of_the_pages_leads_to_a_file() -> None:
    pages = [PROJECT_DIR / "README.md", *DOCS.glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))]
    assert len(links) > 10
    assert [(page.name, link) for page, link in links if not (page.parent / link).is_file()] == []
