"""Every score once more, by other means: a second pair of eyes on the record.

This grades each answer again from what was picked or written and adds up each
learner's score, in a few plain lines of its own. It uses neither quizzes.grading nor
quizzes.log, on purpose: one mistake in either would otherwise hide itself.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from quizzes.log import scores_of_track
from quizzes.models import Answer, AnswerChoice, Choice, Question

A_DAY = timedelta(days=1)
CHUNK = 2000  # answers read at a time


@dataclass
class Verification:
    """What was looked at, and whoever's record does not agree."""

    answers: int = 0
    erased: int = 0  # what was typed is gone with its learner
    learners: set[int] = field(default_factory=set)
    disagreeing: set[int] = field(default_factory=set)  # ids of learners
    unclaimed: int = 0  # visitors' answers whose credit does not agree


def verify_scores() -> Verification:
    """Grade every answer again, and compare each score with the site's own."""
    found = Verification()
    logs: dict[tuple[int, UUID], list[tuple[datetime, int, Fraction]]] = defaultdict(
        list
    )
    for answer in _answers():
        found.answers += 1
        learner = answer.respondent.learner_id
        stored = Fraction(answer.credit)
        credit = _grade_again(answer)
        if credit is None:
            found.erased += 1
        elif credit != stored and learner is not None:
            found.disagreeing.add(learner)
        elif credit != stored:
            found.unclaimed += 1
        if learner is not None:
            found.learners.add(learner)
            logs[learner, answer.question.lineage].append(
                (answer.answered_at, answer.pk, stored if credit is None else credit)
            )
    _compare_scores(logs, found)
    return found


def _answers() -> Iterator[Answer]:
    picks = Prefetch("picks", AnswerChoice.objects.order_by("pk"))
    choices = Prefetch("question__choices", Choice.objects.order_by("position"))
    return (
        Answer.objects.select_related("question", "respondent", "written")
        .prefetch_related(picks, choices)
        .order_by("pk")
        .iterator(chunk_size=CHUNK)
    )


def _grade_again(answer: Answer) -> Fraction | None:
    question, choices = answer.question, list(answer.question.choices.all())
    if question.kind in {"single", "multiple"}:
        picked = {pick.choice_id for pick in answer.picks.all()}
        hits = sum(c.is_right and c.pk in picked for c in choices)
        slips = sum(not c.is_right and c.pk in picked for c in choices)
        right = sum(c.is_right for c in choices)
        share = Fraction(hits, right) - Fraction(slips, len(choices) - right)
        if question.kind == "single":
            share = Fraction(hits)
        return Fraction(_six_places(max(share, Fraction(0))))
    written = getattr(answer, "written", None)
    if written is None:
        return None
    if question.kind == "text":
        return Fraction(_same(written.text) in {_same(c.text) for c in choices})
    return Fraction(_is_near(written.text, choices[0].text, question.tolerance))


def _six_places(share: Fraction) -> Decimal:
    exact = Decimal(share.numerator) / share.denominator
    return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _same(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _is_near(text: str, value: str, tolerance: Decimal | None) -> bool:
    bare = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    bare = re.sub(r"(?<=\d)[\s'\u2019]+(?=\d)", "", bare).strip()
    readings = {bare.replace(",", ".")}
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", bare):
        readings.add(re.sub(r"[.,]", "", bare))
    return any(abs(Decimal(r) - Decimal(value)) <= (tolerance or 0) for r in readings)


def _compare_scores(logs: dict[tuple[int, UUID], Any], found: Verification) -> None:
    latest: dict[tuple[int, UUID], Fraction] = {}
    for pair, log in logs.items():
        counted_at: datetime | None = None
        for answered_at, _pk, credit in sorted(log):
            if counted_at is None or answered_at - counted_at >= A_DAY:
                counted_at, latest[pair] = answered_at, credit
    tracks: dict[int, set[UUID]] = defaultdict(set)
    now = timezone.now()
    for track, lineage in Question.objects.filter(
        position__isnull=False, lesson__published_at__lte=now
    ).values_list("lesson__track", "lineage"):
        tracks[track].add(lineage)
    for track, lineages in tracks.items():
        mine: dict[int, list[Fraction]] = defaultdict(list)
        for (learner, lineage), credit in latest.items():
            if lineage in lineages:
                mine[learner].append(credit)
        theirs = scores_of_track(track)
        for learner in mine.keys() | theirs.keys():
            earned, count = theirs.get(learner, (Decimal(0), 0))
            if (sum(mine[learner]), len(mine[learner])) != (Fraction(earned), count):
                found.disagreeing.add(learner)
