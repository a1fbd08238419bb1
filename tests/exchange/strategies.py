"""Hypothesis strategies for whole tracks in the form that reading gives them."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import get_args

from hypothesis import strategies as st

from courses.markdown import shows_nothing
from courses.models import RESERVED_SLUGS
from exchange.source_file import without_blank_edges
from exchange.track_folder import (
    ChoiceSource,
    LessonSource,
    QuestionSource,
    TrackSource,
)
from exchange.track_source import Kind

C0 = [chr(code) for code in range(32)]
SIGNS = "#`~*>[](){}\"'\\:-±=x \t|!&"

# Whatever Unicode has: text of one line, and text that may hold C1 controls and odd spaces.
_in_a_line = st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from(
    SIGNS.replace("\t", "")
)
_anything = st.characters(
    exclude_categories=["Cs"], exclude_characters=C0
) | st.sampled_from(SIGNS)

# Lines that mean something where questions stand, and must mean nothing in a code block.
HAZARDS = [
    "## Check your understanding",
    "### Question {#question}",
    "- [x] right",
    "- [=] 42",
    "  > feedback",
    "---",
    "title: x",
    "",
    "    ",
]

_MEANS_SOMETHING = re.compile(r" {0,3}(#{1,3}([ \t]|$)|```|~~~)|-[ \t]*\[")


def lines(most: int = 60) -> st.SearchStrategy[str]:
    """One line without spaces around it, never empty."""
    return st.text(_in_a_line, min_size=1, max_size=most).map(str.strip).filter(bool)


def slugs() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True).filter(
        lambda slug: slug not in RESERVED_SLUGS
    )


def paragraphs() -> st.SearchStrategy[str]:
    line = st.text(_anything, max_size=40)
    harmless = line.filter(lambda text: not _MEANS_SOMETHING.match(text))
    return st.lists(harmless, min_size=1, max_size=3).map("\n".join)


@st.composite
def code_blocks(draw: st.DrawFn) -> str:
    """A fenced block full of lines that would be questions outside it."""
    mark = draw(st.sampled_from("`~"))
    width = draw(st.integers(3, 6))
    other = "~~~" if mark == "`" else "```"
    inside = st.sampled_from([*HAZARDS, other, mark * (width - 1), f"{mark * width} x"])
    return "\n".join(
        [
            mark * width + draw(st.sampled_from(["", "python"])),
            *draw(st.lists(inside, max_size=4)),
            mark * draw(st.integers(width, 8)),
        ]
    )


def markdown() -> st.SearchStrategy[str]:
    """Text of several blocks that holds no question; may be empty."""
    sampled = st.sampled_from(
        ["#### Deeper", "- item\n- item", "> [!NOTE]\n> Mind.", "* [x] done", "***"]
    )
    blocks = st.lists(paragraphs() | code_blocks() | sampled, max_size=4)
    return st.builds(
        lambda parts, gap: without_blank_edges(gap.join(parts).split("\n")),
        blocks,
        st.sampled_from(["\n\n", "\n\n\n"]),
    )


def bodies() -> st.SearchStrategy[str]:
    """A lesson's text, which may have headings of every level, too."""
    headings = st.sampled_from(["", "# One\n\n", "## Two\n\n", "### Three\n\n"])
    return st.builds(lambda head, text: (head + text).strip("\n"), headings, markdown())


def comments() -> st.SearchStrategy[str]:
    """Feedback: any lines at all, for each stands behind its own >."""
    line = st.text(_anything, max_size=30) | st.sampled_from(HAZARDS)
    return st.lists(line, max_size=3).map(without_blank_edges)


def explanations() -> st.SearchStrategy[str]:
    return markdown().filter(lambda text: not text.startswith((" ", "\t")))


def prompts() -> st.SearchStrategy[str]:
    return st.builds(
        lambda head, text: f"{head}\n\n{text}" if text else head, lines(), markdown()
    )


def choices(is_right: bool) -> st.SearchStrategy[ChoiceSource]:
    texts = lines().filter(lambda text: not shows_nothing(text))
    return st.builds(ChoiceSource, texts, st.just(is_right), comments())


def choice_tuples(*groups: st.SearchStrategy[list[ChoiceSource]]):
    """The choices of all groups in any order, no text twice."""
    joined = st.tuples(*groups).map(lambda parts: list(chain(*parts)))
    return (
        joined.filter(lambda all_: len({c.text for c in all_}) == len(all_))
        .flatmap(st.permutations)
        .map(tuple)
    )


def accepted_numbers() -> st.SearchStrategy[ChoiceSource]:
    text = st.from_regex(r"[+-]?[0-9]{1,20}(\.[0-9]{1,10})?", fullmatch=True)
    return st.builds(ChoiceSource, text.filter(str.isascii), st.just(True), comments())


@st.composite
def questions(draw: st.DrawFn) -> QuestionSource:
    kind: Kind = draw(st.sampled_from(get_args(Kind.__value__)))
    tolerance: Decimal | None = None
    match kind:
        case "single" | "multiple":
            most = 1 if kind == "single" else 3
            right = st.lists(choices(True), min_size=1, max_size=most)
            wrong = st.lists(choices(False), min_size=1, max_size=3)
            found = draw(choice_tuples(right, wrong))
        case "text":
            found = draw(choice_tuples(st.lists(choices(True), min_size=1, max_size=3)))
        case "number":
            found = (draw(accepted_numbers()),)
            bounds = st.decimals(0, 10**20 - 1, places=draw(st.integers(0, 10)))
            tolerance = draw(st.none() | bounds)
    return QuestionSource(
        id=draw(slugs()),
        kind=kind,
        prompt=draw(prompts()),
        choices=found,
        tolerance=tolerance,
        other_feedback=draw(comments()) if kind in {"text", "number"} else "",
        explanation=draw(explanations()),
    )


def languages() -> st.SearchStrategy[str]:
    return st.sampled_from(["en", "de", "pt-BR", "zh-Hant-TW", "ar", "de-CH-1996"])


def lessons() -> st.SearchStrategy[LessonSource]:
    return st.builds(
        LessonSource,
        slug=slugs(),
        title=lines(),
        summary=lines(),
        body=bodies(),
        questions=st.lists(questions(), max_size=3).map(tuple),
        license=st.just("") | lines(),
        attribution=st.just("") | lines(),
        language=st.just("") | languages(),
    )


@st.composite
def tracks(draw: st.DrawFn) -> TrackSource:
    """A track of one to four lessons; each question has an id of its own."""
    found = draw(
        st.lists(
            lessons(), min_size=1, max_size=4, unique_by=lambda lesson: lesson.slug
        )
    )
    return TrackSource(
        slug=draw(slugs()),
        title=draw(lines()),
        summary=draw(lines()),
        license=draw(st.just("") | lines()),
        attribution=draw(st.just("") | lines()),
        language=draw(languages()),
        description=draw(bodies()),
        lessons=tuple(
            replace(lesson, questions=_with_own_ids(lesson)) for lesson in found
        ),
    )


def _with_own_ids(lesson: LessonSource) -> tuple[QuestionSource, ...]:
    return tuple(
        replace(question, id=f"{lesson.slug}-x{number}-{question.id}")
        for number, question in enumerate(lesson.questions)
    )
