"""Every score once more, by other means: a second pair of eyes on the record.

This grades each answer again from what was picked or written, applies the regrades, and
adds up each learner's score, in a few plain lines of its own. It uses neither
quizzes.grading nor quizzes.log, on purpose: one mistake in either would otherwise hide
itself.
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
from quizzes.regrade_models import Regrade

A_DAY = timedelta(days=1)
CHUNK = 2000  # answers read at a time
LONGEST_NUMBER = 40  # characters
A_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"  # a text regraded may be none


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
    regrades = _regrades()
    for answer in _answers():
        found.answers += 1
        learner = answer.respondent.learner_id
        stored = Fraction(answer.credit)
        credit = _grade_again(answer, answer.question)
        if credit is None:
            found.erased += 1
        counts, is_regraded_right = _apply(regrades, answer, stored)
        if credit not in {None, stored} or not is_regraded_right:
            if learner is None:
                found.unclaimed += 1
            else:
                found.disagreeing.add(learner)
        if learner is not None:
            found.learners.add(learner)
            logs[learner, answer.question.lineage].append(
                (answer.answered_at, answer.pk, counts)
            )
    _compare_scores(logs, found)
    return found


def _answers() -> Iterator[Answer]:
    picks = Prefetch("picks", AnswerChoice.objects.order_by("pk"))
    choices = Prefetch("question__choices", Choice.objects.order_by("position"))
    return (
        Answer.objects.select_related("question", "respondent", "written")
        .prefetch_related(picks, choices, "regraded")
        .order_by("pk")
        .iterator(chunk_size=CHUNK)
    )


def _grade_again(
    answer: Answer, question: Question, same: dict[UUID, UUID | None] | None = None
) -> Fraction | None:
    """By the question's key; same: what the picked choices are there, if it is another."""
    choices = list(question.choices.all())
    if question.kind in {"single", "multiple"}:
        picked: set[Any] = {pick.choice_id for pick in answer.picks.all()}
        if same is not None:
            picked = {same.get(choice) for choice in picked} - {None}
        hits = sum(c.is_right and c.pk in picked for c in choices)
        slips = sum(not c.is_right and c.pk in picked for c in choices)
        right = sum(c.is_right for c in choices)
        share = Fraction(hits, right) - Fraction(slips, len(choices) - right)
        if question.kind == "single":
            share = Fraction(hits == 1 and slips == 0)
        return Fraction(_six_places(max(share, Fraction(0))))
    written = getattr(answer, "written", None)
    if written is None:
        return None
    if question.kind == "text":
        return Fraction(_same(written.text) in {_same(c.text) for c in choices})
    return Fraction(_is_near(written.text, choices[0].text, question.tolerance))


def _regrades() -> dict[UUID, list[Regrade]]:
    """By lineage, in the order they were made, those taken back too."""
    found: dict[UUID, list[Regrade]] = defaultdict(list)
    choices = Prefetch("target__choices", Choice.objects.order_by("position"))
    made = Regrade.objects.select_related("target")
    for regrade in made.prefetch_related(choices, "pairs").order_by("pk"):
        found[regrade.lineage].append(regrade)
    return found


def _apply(
    regrades: dict[UUID, list[Regrade]], answer: Answer, credit: Fraction
) -> tuple[Fraction, bool]:
    """What the answer counts after all regrades, and whether their rows say the same."""
    rows = {row.regrade_id: Fraction(row.credit) for row in answer.regraded.all()}
    is_right = True
    for regrade in regrades.get(answer.question.lineage, []):
        again = _regrade_again(regrade, answer)
        row = rows.pop(regrade.pk, None)
        if again is None and row is not None:
            # what was typed is erased, so the row alone knows; else it has no business here
            is_right &= regrade.source_id == answer.question_id
            again = row
        is_right &= again == row
        if again is not None and regrade.taken_back_at is None:
            credit = again
    return credit, is_right and not rows


def _regrade_again(regrade: Regrade, answer: Answer) -> Fraction | None:
    """The credit that this regrade gives the answer; None: it leaves it alone."""
    if regrade.mode == "full":
        is_earlier = (
            answer.question_id < regrade.target_id
        )  # a version follows its older
        return Fraction(1) if is_earlier else None
    if regrade.source_id != answer.question_id:
        return None
    same = {pair.old_choice_id: pair.new_choice_id for pair in regrade.pairs.all()}
    return _grade_again(answer, regrade.target, same)


def _six_places(share: Fraction) -> Decimal:
    exact = Decimal(share.numerator) / share.denominator
    return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _same(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _is_near(text: str, value: str, tolerance: Decimal | None) -> bool:
    bare = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    bare = re.sub(r"(?<=\d)[\s'\u2019]+(?=\d)", "", bare).strip()
    if len(bare) > LONGEST_NUMBER:
        return False
    readings = {bare.replace(",", ".")}
    if re.fullmatch(r"[+-]?\d{1,3}[.,]\d{3}", bare):
        readings.add(re.sub(r"[.,]", "", bare))
    numbers = [Decimal(r) for r in readings if re.fullmatch(A_NUMBER, r)]
    return any(abs(number - Decimal(value)) <= (tolerance or 0) for number in numbers)


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
