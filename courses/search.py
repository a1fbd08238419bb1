"""Full-text search over the published lessons, the words marked in each hit.

The words are websearch syntax ("a phrase", -without, or). A lesson is searched in its own
language, and the last word finds the words that begin with it, too: "trainin" finds
"training". The vectors are kept by the database (migration 0002).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import add, or_

from django.contrib.postgres.search import (
    CombinedSearchQuery,
    Lexeme,
    SearchHeadline,
    SearchQuery,
    SearchRank,
    SearchVectorField,
    TrigramWordSimilarity,
)
from django.db import connection, transaction
from django.db.models import Case, Count, F, Func, Q, TextField, Value, When, Window
from django.db.models.functions import Coalesce, NullIf
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import Reader
from courses.models import Lesson, Track
from courses.querysets import LessonQuerySet, plan_mode

HITS_A_PAGE = 20
PASSAGE_WORDS = 32
LONGEST_QUERY = 200  # characters; the rest is dropped
SHORTEST_PREFIX = 2  # characters; one letter begins half of all words
SHORTEST_MISSPELT = 4  # characters; a shorter word resembles too many
MISSPELT_AT_MOST = 5  # words of one query that are looked up
LIKENESS = 0.7  # of two words, 0 to 1, by difflib
TITLES_AT_MOST = 50

# Of a word and a title, by pg_trgm, where "tokns" is like "Tokens, and so on" by 0.5.
_LIKE_A_TITLE = "SET LOCAL pg_trgm.word_similarity_threshold = 0.4"

# Private use: the database puts them around the words, and we make <mark> of them.
_START, _STOP = "\ue000", "\ue001"
_PAIR = re.compile(f"{_START}([^{_START}{_STOP}]*){_STOP}")
_UNREADABLE = re.compile(f"[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff{_START}{_STOP}]+")
_WORD = re.compile(r"\w+")

type Query = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True)
class Hit:
    """One lesson with the words marked in its title and in one passage of it."""

    lesson: Lesson
    title: SafeString
    passage: SafeString


@dataclass(frozen=True)
class Hits:
    """One page of hits, the best first, and how many there are on all pages.

    The total of a page beyond the last is 0.
    """

    page: list[Hit]
    total: int


def clean_words(typed: str) -> str:
    """What was typed, on one line, without what cannot be read, at most LONGEST_QUERY."""
    return _UNREADABLE.sub(" ", typed).strip()[:LONGEST_QUERY].strip()


def find_lessons(reader: Reader, words: str, page: int = 1) -> Hits:
    """One page of the published lessons that hold the words; three statements.

    words are those of clean_words, not blank; page counts from 1.
    """
    start = (page - 1) * HITS_A_PAGE
    query = _query(words, _LESSON_CONFIG)
    ranked = (
        _matches(reader, words)
        .annotate(title_words=_TitleWords(F("search")))
        .annotate(
            in_title=Case(When(title_words=query, then=True), default=False),
            rank=SearchRank(F("search"), query),
            total=Window(Count("*")),
        )
        .order_by("-in_title", "-rank", "track_id", "position")
        .values_list("pk", "total")[start : start + HITS_A_PAGE]
    )
    places = {pk: place for place, (pk, _total) in enumerate(ranked)}
    total = ranked[0][1] if places else 0
    lessons = _with_headlines(_open_to(reader).filter(pk__in=places), words)
    found = sorted(lessons, key=lambda lesson: places[lesson.pk])
    return Hits([_hit(lesson) for lesson in found], total)


def suggest_words(reader: Reader, words: str) -> str:
    """The words with the misspelt ones put right by the titles of lessons.

    Empty when nothing is like them, or when the better words find nothing either.
    """
    typed = [word for word in _WORD.findall(words) if len(word) >= SHORTEST_MISSPELT]
    better = words
    if typed := typed[:MISSPELT_AT_MOST]:
        known = _title_words_like(reader, typed)
        for word in typed:
            for near in get_close_matches(word.lower(), known, n=1, cutoff=LIKENESS):
                better = re.sub(rf"\b{word}\b", near, better)
    if better.lower() == words.lower() or not _matches(reader, better).exists():
        return ""
    return better


def _open_to(reader: Reader) -> LessonQuerySet:
    """Published lessons alone, also for those who may see more: a search is no preview."""
    return Lesson.objects.listed_for(reader)


class _SearchLanguage(Func):
    """How PostgreSQL stems a language, by its tag."""

    function = "courses_search_language"
    output_field = TextField()


class _TitleWords(Func):
    """The part of a search vector that comes from the title."""

    template = "ts_filter(%(expressions)s, '{a}')"
    output_field = SearchVectorField()


_LESSON_CONFIG = _SearchLanguage(
    Coalesce(NullIf(F("language"), Value("")), F("track__language"))
)


def _matches(reader: Reader, words: str) -> LessonQuerySet:
    """The lessons that hold the words.

    The first filter is the same for every row, so that it can use the index; it asks in
    every language that there is. The second asks each lesson in its own.
    """
    anywhere = reduce(or_, (_query(words, config) for config in _configs()))
    lessons = _open_to(reader).filter(search=anywhere)
    return lessons.filter(search=_query(words, _LESSON_CONFIG))


def _configs() -> Iterable[_SearchLanguage]:
    """One for each language of what is published; for none at all, that of no language."""
    tracks = Track.objects.published().values_list("language", flat=True)
    lessons = Lesson.objects.published().exclude(language="")
    tags = tracks.order_by().union(lessons.values_list("language", flat=True))
    names = {tag.lower().partition("-")[0] for tag in tags.order_by()} or {""}
    return [_SearchLanguage(Value(name)) for name in sorted(names)]


def _query(words: str, config: _SearchLanguage) -> Query:
    """The words as one condition; to be compared with Lesson.search."""
    prefix = _prefix_query(words, config)
    stems = _stems_query(words, config)
    return stems if prefix is None else stems | prefix


def _stems_query(words: str, config: _SearchLanguage | str) -> SearchQuery:
    return SearchQuery(words, config=config, search_type="websearch")


def _prefix_query(words: str, config: _SearchLanguage | str) -> Query | None:
    """All words but the last, and one that begins with the last.

    None where the last word is left out ("-so"), stands in quotes, or is too short.
    """
    others, _space, last = words.rpartition(" ")
    if last.startswith("-") or '"' in last or others.count('"') % 2:
        return None
    if len(last) < SHORTEST_PREFIX or not _WORD.search(last):
        return None
    prefix = SearchQuery(Lexeme(last, prefix=True), config="simple")
    return _stems_query(others, config) & prefix if others else prefix


def _with_headlines(lessons: LessonQuerySet, words: str) -> LessonQuerySet:
    """Title, summary and text with the words between _START and _STOP."""
    return (
        lessons.select_related("track")
        .only(
            "slug",
            "title",
            "summary",
            "position",
            "language",
            "track__slug",
            "track__title",
            "track__language",
        )
        .annotate(
            marked_title=_headline("title", words, whole=True),
            marked_summary=_headline("summary", words, whole=True),
            marked_text=_headline("body_text", words, whole=False),
        )
        .fetch_mode(plan_mode())
    )


def _headline(field: str, words: str, *, whole: bool) -> SearchHeadline | Case:
    """The whole text, or one passage of it, with the words marked.

    Mark the stems, or, in a lesson that only the prefix finds, the words as they stand.

    Stemmed, "training" is "train", which does not begin with "trainin".
    """
    stems = _stems_query(words, _LESSON_CONFIG)
    text = Func(
        F(field),
        Value(_START + _STOP),
        Value(""),
        function="translate",
        output_field=TextField(),
    )

    def marked(query: Query, config: _SearchLanguage | str) -> SearchHeadline:
        return SearchHeadline(
            text,
            query,
            config=config,
            start_sel=_START,
            stop_sel=_STOP,
            max_fragments=0 if whole else 1,  # 1: the words stand in its middle
            max_words=PASSAGE_WORDS,
            min_words=PASSAGE_WORDS // 2,
            highlight_all=whole,
        )

    prefix = _prefix_query(words, "simple")
    if prefix is None:
        return marked(stems, _LESSON_CONFIG)
    return Case(
        When(Q(search=stems), then=marked(stems, _LESSON_CONFIG)),
        default=marked(prefix, "simple"),
    )


def _hit(lesson: Lesson) -> Hit:
    title, summary, text = (
        getattr(lesson, f"marked_{name}") for name in ("title", "summary", "text")
    )
    passage = f"… {text} …" if _PAIR.search(text) else summary
    return Hit(lesson, _marked(title), _marked(passage))


def _plain(text: str) -> str:
    return text.replace(_START, "").replace(_STOP, "")


def _marked(text: str) -> SafeString:
    """Everything escaped, and <mark> around what the database marked."""
    parts = enumerate(_PAIR.split(text))  # outside, inside, outside, and so on
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", part) if place % 2 else _plain(part),)
            for place, part in parts
        ),
    )


def _title_words_like(reader: Reader, typed: list[str]) -> set[str]:
    """The words, in lower case, of those titles that hold something like the typed."""
    alike = reduce(or_, (Q(title__trigram_word_similar=word) for word in typed))
    likeness = reduce(add, (TrigramWordSimilarity(word, "title") for word in typed))
    titles = _open_to(reader).filter(alike).order_by(likeness.desc(), "pk")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LIKE_A_TITLE)
        found = list(titles.values_list("title", flat=True)[:TITLES_AT_MOST])
    return {word for title in found for word in _WORD.findall(title.lower())}
