"""PubMed: search papers of medicine and biology by NCBI's E-utilities: ids first, then records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, at, found, nothing, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

if TYPE_CHECKING:
    from lxml.etree import _Element

SEARCH = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"
FETCH = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi"
_PAGE = "https://pubmed.ncbi.nlm.nih.gov"
_REMEDIES = {429: "NCBI lets three questions a second through; wait a moment, and set email"}


class PubMedOptions(Options):
    """Say which papers to search for; NCBI writes to `email` before it blocks."""

    query: Words = Field(
        "", description="Words of the papers; tags such as [Title] or [Author] too."
    )
    top_n: int = Field(12, ge=1, le=200)
    email: str = ""


@tools.register("PubMed")
class PubMed(Tool[PubMedOptions]):
    """Search papers of medicine and biology."""

    function = "pubmed_search"
    description = (
        "Search papers of medicine and biology. Returns titles, authors, journals and abstracts."
    )
    asked = ("query",)
    options = PubMedOptions

    async def run(self, options: PubMedOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.query.strip():
            return nothing()
        service = Service("PubMed", environment, remedies=_REMEDIES)
        common: dict[str, str | int] = {"db": "pubmed", "tool": "ragflow-engine"}
        if options.email:
            common["email"] = options.email
        wanted: dict[str, str | int] = {
            "term": options.query,
            "retmax": options.top_n,
            "retmode": "json",
            "sort": "relevance",
        }
        reply = await service.json(HttpRequest("GET", SEARCH, params={**common, **wanted}))
        ids = at(reply, "esearchresult", "idlist")
        if not isinstance(ids, list):
            raise (
                service.failed(words(reply, "esearchresult", "ERROR"))
                if words(reply, "esearchresult", "ERROR")
                else service.malformed("no list of papers")
            )
        if not ids:
            return nothing()
        listed = {"id": ",".join(str(identity) for identity in ids), "retmode": "xml"}
        root = await service.xml(HttpRequest("GET", FETCH, params={**common, **listed}))
        papers = [_paper(article) for article in root.iterfind("PubmedArticle")]
        if not papers:
            raise service.malformed("no papers for the ids that it named")
        return found((_found(paper) for paper in papers), papers)


def _paper(article: _Element) -> dict[str, Any]:
    pmid = _text(article, "MedlineCitation/PMID")
    authors = (
        " ".join(part for part in (_text(author, "ForeName"), _text(author, "LastName")) if part)
        or _text(author, "CollectiveName")
        for author in article.iterfind("MedlineCitation/Article/AuthorList/Author")
    )
    abstract: list[str] = []
    for part in article.iterfind("MedlineCitation/Article/Abstract/AbstractText"):
        label = part.get("Label")
        text = " ".join("".join(part.itertext()).split())
        abstract.append(f"{label}: {text}" if label else text)
    return {
        "pmid": pmid,
        "title": _text(article, "MedlineCitation/Article/ArticleTitle"),
        "url": f"{_PAGE}/{pmid}/",
        "authors": [author for author in authors if author],
        "journal": _text(article, "MedlineCitation/Article/Journal/Title"),
        "year": _text(article, "MedlineCitation/Article/Journal/JournalIssue/PubDate/Year"),
        "doi": _text(article, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
        "abstract": "\n".join(abstract),
    }


def _text(parent: _Element, path: str) -> str:
    """Return the text at a path; titles hold italics and formulas inside."""
    node = parent.find(path)
    return " ".join("".join(node.itertext()).split()) if node is not None else ""


def _found(paper: dict[str, Any]) -> Found:
    place = ", ".join(part for part in (paper["journal"], paper["year"]) if part)
    doi = f"DOI: {paper['doi']}" if paper["doi"] else ""
    lines = [", ".join(paper["authors"]), place, doi, paper["abstract"]]
    return Found(paper["title"], paper["url"], "\n".join(line for line in lines if line))
