"""What was found about a track, kept until something new arrives.

Whether anything did is asked without reading the log: the key of what was seen holds the
current questions, the regrades that stand, and how many answers and claims came after
a mark. An answer takes its number when it is sent and shows when it is stored, so that a
later number can show first; what is older than SETTLED has shown for certain, and lies
before the mark. Done marks are not in the key: they come and go, so the figures of lessons
are made again after LESSONS_KEPT.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from quizzes.analysis_model import TrackAnalysis
from quizzes.analysis_query import Counted, Picks, count_items, room_to_compute
from quizzes.lesson_figures import LessonFigures, count_lessons
from quizzes.log import scores_of_track
from quizzes.scoring import percent_of
from quizzes.tabled_charts import TENS

SETTLED = timedelta(minutes=10)  # longer than any transaction may last
LESSONS_KEPT = timedelta(minutes=5)
OVERVIEW_KEPT = timedelta(hours=1)  # so old may a large track be in an overview of many
LARGE = 20_000  # first answers; fewer are looked into in some hundredths of a second
MADE_WITHIN = 0.3  # seconds, after which an overview begins with no further track

_ASKED = """asked AS MATERIALIZED (
    SELECT m.track_id, m.settled_id, m.settled_at, q.id, q.lineage
    FROM unnest(%(tracks)s::bigint[], %(ids)s::bigint[], %(times)s::timestamptz[])
        AS m (track_id, settled_id, settled_at)
    JOIN courses_lesson l ON l.track_id = m.track_id AND l.published_at <= %(now)s
    JOIN quizzes_question q ON q.lesson_id = l.id AND q.position IS NOT NULL
)"""

# LATERAL keeps the planner to one descent of an index a question or a claim: it may
# never choose to read the log through
_SETTLED = f"""
WITH {_ASKED}
SELECT coalesce(max(latest.id), 0)
FROM asked CROSS JOIN LATERAL (
    SELECT a.id FROM quizzes_answer a
    WHERE a.question_id = asked.id AND a.answered_at < asked.settled_at
    ORDER BY a.id DESC LIMIT 1
) latest"""  # noqa: S608 (no value is pasted in)

_SEEN = f"""
WITH {_ASKED},
arrived AS (
    SELECT track_id, sum(later.answers) AS answers
    FROM asked CROSS JOIN LATERAL (
        SELECT count(*) AS answers FROM quizzes_answer a
        WHERE a.question_id = asked.id AND a.id > asked.settled_id
    ) later GROUP BY 1
),
claimed AS (
    SELECT asked.track_id, count(DISTINCT r.id) AS claims
    FROM quizzes_respondent r CROSS JOIN LATERAL (
        SELECT DISTINCT q.lineage FROM quizzes_answer a
        JOIN quizzes_question q ON q.id = a.question_id WHERE a.respondent_id = r.id
    ) given
    JOIN asked ON asked.lineage = given.lineage
    WHERE r.claimed_at > (SELECT min(settled_at) FROM asked)
      AND r.claimed_at > asked.settled_at
    GROUP BY 1
),
regraded AS (
    SELECT asked.track_id, string_agg(DISTINCT g.id::text, ',') AS regrades
    FROM asked JOIN quizzes_regrade g
        ON g.lineage = asked.lineage AND g.taken_back_at IS NULL
    GROUP BY 1
)
SELECT asked.track_id, string_agg(asked.id::text, ',' ORDER BY asked.id),
       min(arrived.answers), coalesce(min(claimed.claims), 0), min(regraded.regrades)
FROM asked JOIN arrived USING (track_id)
LEFT JOIN claimed USING (track_id) LEFT JOIN regraded USING (track_id)
GROUP BY asked.track_id"""  # noqa: S608

type Mark = tuple[int, datetime]  # settled_id and settled_at


@dataclass(frozen=True)
class TrackFigures:
    """All that is known of a track; questions nobody answered are not in it."""

    questions: dict[int, Counted]
    scores: Sequence[int]  # learners by tens of their score
    lessons: dict[int, LessonFigures]  # the published ones
    made_at: datetime
    lessons_at: datetime

    @property
    def is_empty(self) -> bool:
        """Nobody has answered or marked anything."""
        started = any(lesson.started for lesson in self.lessons.values())
        return not self.questions and not started


def figures_of(track_id: int) -> TrackFigures:
    """The figures of now: the kept ones, unless something has arrived since."""
    kept = TrackAnalysis.objects.filter(track=track_id).first()
    if kept is None or kept.key != keys_at({track_id: _mark_of(kept)})[track_id]:
        return _read(_make(track_id))
    if timezone.now() - kept.lessons_at >= LESSONS_KEPT:
        return _read(_make_lessons(kept))
    return _read(kept)


def kept_figures(track_ids: Iterable[int]) -> dict[int, TrackFigures]:
    """For an overview of many tracks: all answers of now, and done marks of the last hour.

    Of LARGE tracks answers, too, are those of the last OVERVIEW_KEPT. Where more is to be
    made than MADE_WITHIN allows, tracks without figures come first, then the oldest; the
    rest wait for the next view, and one without figures is missing. The statements that
    only read are few, whatever the number of tracks.
    """
    wanted = list(track_ids)
    kept = {row.track_id: row for row in TrackAnalysis.objects.filter(track__in=wanted)}
    keys = keys_at({pk: _mark_of(row) for pk, row in kept.items()})
    old = [row for pk, row in kept.items() if _is_old(row, keys[pk])]
    old.sort(key=lambda row: row.lessons_at)
    never = [pk for pk in wanted if pk not in kept]
    began = perf_counter()
    for pk in [*never, *(row.track_id for row in old)]:
        is_same = pk in kept and kept[pk].key == keys[pk]
        kept[pk] = _make_lessons(kept[pk]) if is_same else _make(pk)
        if perf_counter() - began >= MADE_WITHIN:
            break
    return {pk: _read(kept[pk]) for pk in wanted if pk in kept}


def _is_old(kept: TrackAnalysis, key: str) -> bool:
    """For an overview. key: of what has been answered by now."""
    if timezone.now() - kept.lessons_at >= OVERVIEW_KEPT:
        return True
    answers = sum(question["answers"] for question in kept.questions.values())
    return kept.key != key and answers < LARGE


def keys_at(marks: dict[int, Mark]) -> dict[int, str]:
    """What has been answered in these tracks, seen from each one's mark."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, _values(marks, now))
        seen = {track_id: facts for track_id, *facts in cursor.fetchall()}
    return {
        track_id: sha256(repr(seen.get(track_id)).encode()).hexdigest()
        for track_id in marks
    }


def _values(marks: dict[int, Mark], now: datetime) -> dict[str, Any]:
    return {
        "tracks": list(marks),
        "ids": [settled_id for settled_id, _ in marks.values()],
        "times": [settled_at for _, settled_at in marks.values()],
        "now": now,
    }


def _mark_of(kept: TrackAnalysis) -> Mark:
    return kept.settled_id, kept.settled_at


def _new_mark(track_id: int, now: datetime) -> Mark:
    settled_at = now - SETTLED
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, _values({track_id: (0, settled_at)}, now))
        return cursor.fetchone()[0], settled_at


def _make(track_id: int) -> TrackAnalysis:
    """Look into the track and keep what is found; the last of several at once stays.

    The key is read before the log: what arrives in between makes it differ next time.
    """
    now = timezone.now()
    with room_to_compute():
        mark = _new_mark(track_id, now)
        key = keys_at({track_id: mark})[track_id]
        made = TrackAnalysis(
            track_id=track_id,
            key=key,
            settled_id=mark[0],
            settled_at=mark[1],
            made_at=now,
            questions=_written(count_items(track_id)),
            scores=_distribution(track_id),
            lessons=_written(count_lessons(track_id)),
            lessons_at=now,
        )
        columns = [f.name for f in TrackAnalysis._meta.fields if not f.primary_key]
        TrackAnalysis.objects.bulk_create(
            [made],
            update_conflicts=True,
            unique_fields=["track"],
            update_fields=[name for name in columns if name != "track"],
        )
    return made


def _make_lessons(kept: TrackAnalysis) -> TrackAnalysis:
    with room_to_compute():
        kept.lessons = _written(count_lessons(kept.track_id))
        kept.lessons_at = timezone.now()
        TrackAnalysis.objects.filter(pk=kept.pk, key=kept.key).update(
            lessons=kept.lessons, lessons_at=kept.lessons_at
        )
    return kept


def _distribution(track_id: int) -> list[int]:
    columns = [0] * TENS
    for earned, answered in scores_of_track(track_id).values():
        columns[min(percent_of(earned, answered) // TENS, TENS - 1)] += 1
    return columns


def _written(figures: dict[int, Any]) -> dict[str, Any]:
    """As JSON holds it: keys are text."""
    written = {str(pk): asdict(one) for pk, one in figures.items()}
    for one in written.values():
        if "picks" in one:
            one["picks"] = {str(pk): picks for pk, picks in one["picks"].items()}
    return written


def _read_questions(written: dict[str, Any]) -> dict[int, Counted]:
    questions = {}
    for pk, one in written.items():
        picks = {UUID(choice): Picks(**row) for choice, row in one["picks"].items()}
        questions[int(pk)] = Counted(**{**one, "picks": picks})
    return questions


def _read(kept: TrackAnalysis) -> TrackFigures:
    return TrackFigures(
        _read_questions(kept.questions),
        kept.scores,
        {int(pk): LessonFigures(**one) for pk, one in kept.lessons.items()},
        kept.made_at,
        kept.lessons_at,
    )
