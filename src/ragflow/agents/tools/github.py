"""GitHub: search public repositories by GitHub's API, without a key."""

from __future__ import annotations

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Found, Words, at, found, nothing, objects, words
from ragflow.agents.tools.web import Service
from ragflow.domain.agent_ports import HttpRequest

SEARCH = "https://api.github.com/search/repositories"
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_OFTEN = "GitHub lets searches without a key through ten times a minute: wait a minute"


class GitHubOptions(Options):
    """Say which repositories to search for."""

    query: Words = Field(
        "", description="Words that the repositories hold; qualifiers such as language:python too."
    )
    top_n: int = Field(10, ge=1, le=100)


@tools.register("GitHub")
class GitHub(Tool[GitHubOptions]):
    """Search public repositories."""

    function = "github_search"
    description = (
        "Search public repositories on GitHub, those with the most stars first. Returns names, "
        "addresses, descriptions, languages and stars."
    )
    asked = ("query",)
    options = GitHubOptions

    async def run(self, options: GitHubOptions, environment: Environment) -> ToolResult:
        """Return what was found."""
        if not options.query.strip():
            return nothing()
        service = Service("GitHub", environment, remedies={403: _OFTEN, 429: _OFTEN})
        params: dict[str, str | int] = {
            "q": options.query,
            "sort": "stars",
            "order": "desc",
            "per_page": options.top_n,
        }
        reply = await service.json(HttpRequest("GET", SEARCH, _HEADERS, params))
        if not isinstance(at(reply, "items"), list):
            raise service.malformed("no results")
        items = objects(reply, "items")[: options.top_n]
        return found(
            (
                Found(
                    words(item, "full_name"),
                    words(item, "html_url"),
                    f"{words(item, 'description')}\n"
                    f"Language: {words(item, 'language') or 'unknown'}, "
                    f"stars: {words(item, 'stargazers_count')}".strip(),
                )
                for item in items
            ),
            items,
        )
