"""Which document may read which decisions?"""

from __future__ import annotations

import pytest

from addons.documents import Documents, LeftAlone
from addons.entries import Answer
from addons.journal import Journal
from addons.pages import Page
from simulator import Request, Response

APP, OTHER = "https://app.test", "https://other.test"


def entered(journal: Journal, origin: str) -> Answer:
    answer = Answer(
        "id", Request("GET", "https://api.test/", {"Origin": origin}), Response(403), "x"
    )
    journal.add(answer)
    return answer


@pytest.fixture
def journal() -> Journal:
    return Journal({})


def test_a_document_reads_what_its_origin_asked_since_it_was_loaded(journal: Journal) -> None:
    documents = Documents(journal)
    entered(journal, APP)
    document = documents.add(Page(APP, APP), "another", journal.count)
    mine = entered(journal, APP)
    others = entered(journal, OTHER)

    assert list(documents.entries(document, 0)) == [mine]
    assert list(documents.entries(document, mine.revision)) == []
    assert documents.entry(document, mine.number) is mine
    assert documents.entry(document, others.number) is None
    assert documents.entry(document, 1) is None
    assert documents.entry(document, 99) is None


def test_a_document_reads_of_its_own_loading_though_its_origin_is_opaque(journal: Journal) -> None:
    documents = Documents(journal)
    document = documents.add(Page("null", APP), "id", journal.count)

    loading = entered(journal, "https://none.test")

    assert list(documents.entries(document, 0)) == [loading]


def test_a_token_finds_its_document_and_the_oldest_are_forgotten(journal: Journal) -> None:
    documents = Documents(journal)

    many = [documents.add(Page(APP, APP), f"{n}", 0) for n in range(501)]

    assert len({document.token for document in many}) == 501
    assert documents.find(many[-1].token) is many[-1]
    assert documents.find(many[0].token) is None
    assert documents.find("") is None


def test_what_was_left_alone_is_told_once_a_url_the_last_at_the_end(journal: Journal) -> None:
    documents = Documents(journal)

    for n in [*range(60), 20]:
        documents.leave_alone(LeftAlone(n, f"{APP}/{n}", "it is sandboxed"))

    urls = list(documents.left_alone)
    assert (len(urls), urls[-1], urls[0]) == (50, f"{APP}/20", f"{APP}/10")
