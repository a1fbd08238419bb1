"""What a lesson's text should be rid of before learners read it. Pure.

Rendering says most of it already (courses.markdown: links that lead nowhere, pictures
that are not there); here is the rest. Nothing is asked of another site.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.conf import settings
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from courses.links import DeadLinkError, Resolve, find_address, nowhere
from courses.markdown import Blocks, Remark, blocks_of, is_unseen, render_markdown
from courses.models import RESERVED_SLUGS
from courses.services import link_resolver
from courses.shown import NO_PICTURES, Pictures

if TYPE_CHECKING:
    from markdown_it.token import Token


@dataclass(frozen=True)
class Reached:
    """A lesson that a link may lead to."""

    is_open: bool  # learners reach it
    headings: frozenset[str] = frozenset()  # their ids in the page


type Lessons = Mapping[str, Mapping[str, Reached]]  # by track and slug

_OWN_ADDRESS = re.compile(
    r"/tracks/([A-Za-z0-9_-]+)(?:/(?:([A-Za-z0-9_-]+)/?)?)?(?:[?#]|\Z)"
)


def look_over(
    source: str, track_slug: str, lessons: Lessons, pictures: Pictures = NO_PICTURES
) -> list[Remark]:
    """All remarks on the body of a lesson, by line.

    lessons: of the text's own track and of those it names (`tracks_named_in`); a lesson
    that is about to be published counts as open.
    pictures: those of the text's own track, by file name.
    """
    resolve = _for_readers(track_slug, lessons.get(track_slug, {}))
    blocks = blocks_of(source)
    remarks = [
        *render_markdown(source, resolve, pictures).remarks,
        *_on_headings(blocks),
        *_on_addresses(blocks, lessons, resolve),
    ]
    return sorted(remarks, key=lambda remark: remark.line)


def look_over_fragment(
    source: str, lessons: Lessons, pictures: Pictures = NO_PICTURES
) -> list[str]:
    """What is said about a prompt, a choice or an explanation: it has no neighbours, so

    a link to a heading or a file leads nowhere. lessons, pictures: see look_over.
    """
    remarks = [
        *render_markdown(source, nowhere, pictures).remarks,
        *_on_addresses(blocks_of(source), lessons, nowhere),
    ]
    return [remark.message for remark in remarks]


def tracks_named_in(sources: Sequence[str]) -> set[str]:
    """The slugs of the tracks that links in these texts may name by their address."""
    return {found[1] for text in sources for found in re.finditer(_TRACK, text)}


_TRACK = re.compile(r"/tracks/([A-Za-z0-9_-]+)")


def _for_readers(track_slug: str, lessons: Mapping[str, Reached]) -> Resolve:
    """Resolves a link to another lesson's file, unless that is a draft."""
    find = link_resolver(track_slug, {slug: slug for slug in lessons})

    def resolve(target: str) -> str | None:
        address = find(target)
        if address is not None and not lessons[address.split("/")[-2]].is_open:
            raise DeadLinkError(_leads_to_a_draft(target))
        return address

    return resolve


def _leads_to_a_draft(target: str) -> str:
    return _("the link to %(target)s leads to a draft") % {"target": target}


def _on_headings(blocks: Blocks) -> Iterator[Remark]:
    """The page has the one heading of level 1; the others go down step by step."""
    last = 1
    for opening, inline in pairwise(blocks):
        if opening.type != "heading_open" or is_unseen(inline.content):
            continue
        level, line = int(opening.tag[1]), _line(opening, 1)
        if level == 1:
            yield Remark(line, _("a heading of level 1 is the title's: begin with ##"))
            level = 2
        elif level > last + 1:
            said = _("this heading skips a level: write %(marks)s")
            yield Remark(line, said % {"marks": "#" * (last + 1)})
        last = level


def _line(token: "Token", line: int) -> int:
    return token.map[0] + 1 if token.map else line


def _on_addresses(
    blocks: Blocks, lessons: Lessons, resolve: Resolve
) -> Iterator[Remark]:
    """Links that name a track, a lesson or a lesson's heading, by address or by file."""
    line = 1
    for block in blocks:
        line = _line(block, line)
        within = line
        for child in block.children or []:
            if child.type in ("softbreak", "hardbreak"):
                within += 1
            elif child.type == "link_open":
                said = _judge(str(child.attrs["href"]), lessons, resolve)
                if said:
                    yield Remark(within, said)


def _judge(href: str, lessons: Lessons, resolve: Resolve) -> str:
    """What is wrong where this leads to a page of our own; "" of any other."""
    try:
        address = find_address(href, resolve, {})
    except DeadLinkError:  # the rendering said so
        return ""
    named = href.removeprefix(settings.SITE_ORIGIN)
    target = address.removeprefix(settings.SITE_ORIGIN)
    found = _OWN_ADDRESS.match(target)
    if found is None:
        return "" if _is_served(target) else _leads_nowhere(named)
    of_track, slug = lessons.get(found[1]), found[2]
    if of_track is None or (slug and slug not in [*of_track, *RESERVED_SLUGS]):
        return _leads_nowhere(named)
    lesson = of_track.get(slug)
    if lesson is None:
        return ""
    if not lesson.is_open:
        return _leads_to_a_draft(named)
    return _judge_heading(named, target.partition("#")[2], lesson)


def _judge_heading(named: str, anchor: str, lesson: Reached) -> str:
    """Whether the lesson has this heading; other places of a page are not known here."""
    if not anchor.startswith("s-") or unquote(anchor) in lesson.headings:
        return ""
    said = _("the link to %(target)s leads to a lesson without a heading of that name")
    return said % {"target": named}


def _leads_nowhere(target: str) -> str:
    return _("the link to %(target)s leads nowhere") % {"target": target}


def _is_served(target: str) -> bool:
    """Whether something may answer there: elsewhere, a file, or an address of ours."""
    if not target.startswith("/") or target.startswith(("//", settings.STATIC_URL)):
        return True
    path = unquote(re.split("[?#]", target)[0])
    return any(map(is_valid_path, (path, f"{path}/")))
