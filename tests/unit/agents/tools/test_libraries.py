"""Searches of what is known: Google Scholar, arXiv, PubMed, Wikipedia and GitHub."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.tools import arxiv, github, google_scholar, pubmed, wikipedia
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

SCHOLAR = """<html><body><div id="gs_res_ccl"><div id="gs_res_ccl_mid">
<div class="gs_r gs_or gs_scl"><div class="gs_ri"><h3 class="gs_rt">
<span class="gs_ctc"><span class="gs_ct1">[PDF]</span></span>
<a href="https://papers.example/vasa.pdf">Why the <b>Vasa</b> sank</a></h3>
<div class="gs_a">R Fairley - IEEE Software, 2003</div>
<div class="gs_rs">Ten lessons <br>learned</div>
<div class="gs_fl"><a href="/x">Save</a> <a href="/y">Cited by 57</a></div></div></div>
<div class="gs_r gs_or gs_scl"><div class="gs_ri"><h3 class="gs_rt">[CITATION] A lost book</h3>
<div class="gs_a">A Author - 1905</div></div></div>
</div></div></body></html>"""
ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
<title>ArXiv Query</title><opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/1706.03762v7</id><updated>2023-08-02T00:41:18Z</updated>
<published>2017-06-12T17:57:34Z</published><title>Attention Is All
  You Need</title><summary>  The dominant models are
  recurrent &amp; slow.</summary><author><name>Ashish Vaswani</name></author>
<author><name>Noam Shazeer</name></author>
<link href="http://arxiv.org/abs/1706.03762v7" rel="alternate" type="text/html"/></entry></feed>"""
ATOM_EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title></feed>'
ATOM_ERROR = """<feed xmlns="http://www.w3.org/2005/Atom"><entry>
<id>http://arxiv.org/api/errors#malformed</id><title>Error</title>
<summary>incorrect id format</summary></entry></feed>"""
PAPERS = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle" "https://dtd.example/x.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">31452104</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2019</Year></PubDate></JournalIssue>
<Title>Ships</Title></Journal>
<ArticleTitle>Iron in <i>Vasa</i> oak.</ArticleTitle><Abstract>
<AbstractText Label="AIM">We look at H<sub>2</sub>SO<sub>4</sub>.</AbstractText>
<AbstractText Label="RESULT">It is there.</AbstractText></Abstract><AuthorList>
<Author><LastName>Sandström</LastName><ForeName>Magnus</ForeName></Author>
<Author><CollectiveName>The Museum</CollectiveName></Author></AuthorList></Article>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">31452104</ArticleId>
<ArticleId IdType="doi">10.1/vasa</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
</PubmedArticleSet>"""
ENTITIES = """<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY file SYSTEM "file:///etc/hostname">
<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/1</id>
<title>T&file;&c;</title><summary>S</summary></entry></feed>"""


def test_scholar_lists_works_with_authors_and_citations(run: Any, outside: FakeOutside) -> None:
    outside.http.put(google_scholar.SEARCH, SCHOLAR, kind="text/html")
    result = run("GoogleScholar", query="vasa", year_low=2000, sort_by="date", patents=False)
    assert outside.http.requests[0].params == {
        "q": "vasa",
        "hl": "en",
        "num": 12,
        "as_sdt": "0",
        "scisbd": 2,
        "as_ylo": 2000,
    }
    assert result.data[0] == {
        "title": "Why the Vasa sank",
        "url": "https://papers.example/vasa.pdf",
        "publication": "R Fairley - IEEE Software, 2003",
        "abstract": "Ten lessons learned",
        "citations": 57,
    }
    assert result.data[1]["title"] == "[CITATION] A lost book"
    assert "Cited by 57" in result.sources[0].content
    assert result.sources[1].url == ""


@pytest.mark.parametrize(
    ("status", "page"), [(200, '<form id="gs_captcha_f"></form>'), (429, ""), (403, "")]
)
def test_scholar_that_holds_robots_off_is_told(
    status: int, page: str, run: Any, outside: FakeOutside
) -> None:
    outside.http.put(google_scholar.SEARCH, page, status, "text/html")
    with pytest.raises(ToolFailed, match="takes us for a robot"):
        run("GoogleScholar", query="vasa")


def test_scholar_that_finds_nothing_returns_nothing(run: Any, outside: FakeOutside) -> None:
    outside.http.put(google_scholar.SEARCH, '<div id="gs_res_ccl">did not match</div>')
    assert run("GoogleScholar", query="qqq").data == []


def test_arxiv_lists_preprints(run: Any, outside: FakeOutside) -> None:
    outside.http.put(arxiv.QUERY, ATOM, kind="application/atom+xml")
    result = run("ArXiv", query='"attention is" need', top_n=3, sort_by="relevance")
    assert outside.http.requests[0].params == {
        "search_query": 'all:"attention is" AND all:need',
        "start": 0,
        "max_results": 3,
        "sortBy": "relevance",
        "sortOrder": "descending",
    }
    (source,) = result.sources
    assert source.document_name == "Attention Is All You Need"
    assert source.url == "http://arxiv.org/abs/1706.03762v7"
    assert source.content == (
        "Ashish Vaswani, Noam Shazeer\n2017-06-12\nThe dominant models are recurrent & slow."
    )


def test_arxiv_takes_a_query_with_fields_as_it_is(run: Any, outside: FakeOutside) -> None:
    outside.http.put(arxiv.QUERY, ATOM_EMPTY)
    assert run("ArXiv", query="au:Vaswani ANDNOT ti:survey").data == []
    assert outside.http.requests[0].params["search_query"] == "au:Vaswani ANDNOT ti:survey"


def test_arxiv_tells_errors_that_look_like_papers(run: Any, outside: FakeOutside) -> None:
    outside.http.put(arxiv.QUERY, ATOM_ERROR)
    with pytest.raises(ToolFailed, match="incorrect id format"):
        run("ArXiv", query="id:x")


def test_entities_of_answers_are_neither_read_from_files_nor_expanded(
    run: Any, outside: FakeOutside
) -> None:
    outside.http.put(arxiv.QUERY, ENTITIES)
    assert run("ArXiv", query="x").data[0]["title"] == "T"


def test_pubmed_lists_papers(run: Any, outside: FakeOutside) -> None:
    outside.http.put(pubmed.SEARCH, {"esearchresult": {"count": "1", "idlist": ["31452104"]}})
    outside.http.put(pubmed.FETCH, PAPERS, kind="text/xml")
    result = run("PubMed", query="vasa", email="me@example.com", top_n=5)
    search, fetch = outside.http.requests
    assert search.params["term"] == "vasa"
    assert search.params["retmax"] == 5
    assert fetch.params["id"] == "31452104"
    assert {search.params["email"], fetch.params["email"]} == {"me@example.com"}
    (source,) = result.sources
    assert source.url == "https://pubmed.ncbi.nlm.nih.gov/31452104/"
    assert source.document_name == "Iron in Vasa oak."
    assert source.content == (
        "Magnus Sandström, The Museum\nShips, 2019\nDOI: 10.1/vasa\n"
        "AIM: We look at H2SO4.\nRESULT: It is there."
    )


def test_pubmed_asks_for_no_record_where_nothing_is_found(run: Any, outside: FakeOutside) -> None:
    outside.http.put(pubmed.SEARCH, {"esearchresult": {"count": "0", "idlist": []}})
    assert run("PubMed", query="qqq").data == []
    assert len(outside.http.requests) == 1


def test_pubmed_tells_what_it_does_not_understand(run: Any, outside: FakeOutside) -> None:
    outside.http.put(pubmed.SEARCH, {"esearchresult": {"ERROR": "Invalid db name"}})
    with pytest.raises(ToolFailed, match="Invalid db name"):
        run("PubMed", query="q")


def test_pubmed_that_sends_other_records_is_told(run: Any, outside: FakeOutside) -> None:
    outside.http.put(pubmed.SEARCH, {"esearchresult": {"idlist": ["1"]}})
    outside.http.put(pubmed.FETCH, "<PubmedArticleSet/>")
    with pytest.raises(ToolFailed, match="no papers for the ids"):
        run("PubMed", query="q")


def test_wikipedia_lists_articles_in_the_order_of_the_search(
    run: Any, outside: FakeOutside
) -> None:
    pages = [
        {"pageid": 2, "title": "B", "index": 2, "extract": "Two", "fullurl": "https://b.example/"},
        {"pageid": 1, "title": "A", "index": 1, "extract": "One", "fullurl": "https://a.example/"},
    ]
    outside.http.put(
        "https://de.wikipedia.org/", {"batchcomplete": True, "query": {"pages": pages}}
    )
    result = run("Wikipedia", query="vasa", language="DE", top_n=50)
    assert outside.http.requests[0].params["gsrlimit"] == 20
    assert [source.content for source in result.sources] == ["One", "Two"]
    assert result.text.startswith("A\nhttps://a.example/\nOne")


def test_wikipedia_that_finds_nothing_or_refuses(run: Any, outside: FakeOutside) -> None:
    url = wikipedia.API.format(language="en")
    outside.http.put(url, {"batchcomplete": True})
    assert run("Wikipedia", query="qqq").data == []
    outside.http.put(url, {"error": {"code": "toolong", "info": "The query is too long"}})
    with pytest.raises(ToolFailed, match="too long"):
        run("Wikipedia", query="q")


@pytest.mark.parametrize(
    "language", ["evil.example/", "en.evil", "localhost:80/#", "a@b", "ｅｎ", "en\nx", "../x", "e"]
)
def test_no_language_leads_wikipedia_to_another_host(
    language: str, run: Any, outside: FakeOutside
) -> None:
    with pytest.raises(ToolFailed, match="no code of an edition"):
        run("Wikipedia", query="q", language=language)
    assert outside.http.requests == []


def test_github_lists_repositories_by_stars(run: Any, outside: FakeOutside) -> None:
    item = {
        "full_name": "infiniflow/infinity",
        "html_url": "https://github.com/infiniflow/infinity",
        "description": None,
        "language": "C++",
        "stargazers_count": 3000,
    }
    outside.http.put(github.SEARCH, {"total_count": 1, "items": [item]})
    result = run("GitHub", query="vector database", top_n=5)
    assert outside.http.requests[0].params["per_page"] == 5
    assert result.text == (
        "infiniflow/infinity\nhttps://github.com/infiniflow/infinity\nLanguage: C++, stars: 3000"
    )
    outside.http.put(github.SEARCH, {"total_count": 0, "items": []})
    assert run("GitHub", query="qqq").text == ""


def test_github_that_was_asked_too_often_says_how_long_to_wait(
    run: Any, outside: FakeOutside
) -> None:
    outside.http.put(github.SEARCH, {"message": "API rate limit exceeded"}, status=403)
    with pytest.raises(ToolFailed, match=r"wait a minute.*rate limit exceeded"):
        run("GitHub", query="q")
