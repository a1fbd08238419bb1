"""Names for headings: the slugs GitHub makes, and the ids ours are in the page."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading of a lesson's body, for its table of contents."""

    level: int  # 2 to 6: the page has the one h1
    id: str  # `s-` and its slug
    text: str  # plain


def github_slug(text: str) -> str:
    """The text in lower case, without punctuation, its spaces as hyphens.

    Source: the anchors of github.com; letters of every script stay, as do _ and -.
    """
    kept = (c for c in text.lower() if c in " -_" or _is_word(c))
    return "".join(kept).replace(" ", "-")


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Pc"


def heading_slug(text: str) -> str:
    """Our slug: GitHub's, of a–z, 0–9 and - alone; "" when no letter or digit is left."""
    slug = re.sub(r"[^a-z0-9-]", "", github_slug(text))
    return slug if slug.strip("-") else ""


def name_headings(texts: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The id of each heading, in order, and the ids by the name a link may use.

    A slug used before gets -1, -2 and so on; a heading without one is called by its number.
    """
    ids: list[str] = []
    by_name: dict[str, str] = {}
    ours, githubs = _Names(), _Names()
    for number, text in enumerate(texts, start=1):
        name = ours.take(heading_slug(text) or str(number))
        ids.append(f"s-{name}")
        by_name.setdefault(githubs.take(github_slug(text)), ids[-1])
        by_name.setdefault(name, ids[-1])
    return ids, by_name


class _Names:
    """Hands out names, each once."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}  # how often more each name was asked for

    def take(self, name: str) -> str:
        taken = name
        while taken in self._taken:
            self._taken[name] += 1
            taken = f"{name}-{self._taken[name]}"
        self._taken[taken] = 0
        return taken
