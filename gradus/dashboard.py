"""The first page of the admin: what waits for this person, not a list of tables.

Each watch is a function that looks at the person's own tracks, in a statement or two, and
returns what needs attention; to add one, write it and name it in WATCHES.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from certificates.verification import last_findings, last_result
from courses.models import Lesson, Track
from courses.publication_words import moment_of
from quizzes.attention import lessons_people_leave, misleading_questions
from quizzes.models import Objection
from quizzes.publication import with_faults

MOST = 20  # entries of one kind; the rest wait for their turn


@dataclass(frozen=True)
class Attention:
    """One thing to do: `count` is how many it speaks of, `url` where it is done."""

    title: str
    sentence: str
    url: str
    count: int = 1


type Watch = Callable[[User], list[Attention]]


def drafts_in_published_tracks(user: User) -> list[Attention]:
    is_draft = Q(lessons__published_at=None, lessons__isnull=False)
    tracks = _tracks(user).filter(published_at__isnull=False)
    counted: Any = tracks.annotate(drafts=Count("lessons", is_draft, distinct=True))
    return [
        Attention(
            track.title,
            ngettext(
                "%(count)s lesson is a draft.",
                "%(count)s lessons are drafts.",
                track.drafts,
            )
            % {"count": track.drafts},
            _publication("track", track.pk),
            track.drafts,
        )
        for track in counted.filter(drafts__gt=0)[:MOST]
    ]


def draft_tracks(user: User) -> list[Attention]:
    """Those whose lessons are published already: the track alone keeps them back."""
    lessons = Count("lessons", Q(lessons__published_at__isnull=False), distinct=True)
    counted: Any = _tracks(user).filter(published_at=None).annotate(waiting=lessons)
    return [
        Attention(
            track.title,
            ngettext(
                "The track is a draft; %(count)s published lesson waits for it.",
                "The track is a draft; %(count)s published lessons wait for it.",
                track.waiting,
            )
            % {"count": track.waiting},
            _publication("track", track.pk),
            track.waiting,
        )
        for track in counted.filter(waiting__gt=0)[:MOST]
    ]


def tracks_without_lessons(user: User) -> list[Attention]:
    """No lesson of it is published, nor will one be by itself."""
    published = Lesson.objects.filter(track=OuterRef("pk"), published_at__isnull=False)
    bare = _tracks(user).exclude(Exists(published))
    counted: Any = bare.annotate(drafts=Count("lessons", distinct=True))
    return [_bare(track) for track in counted[:MOST]]


def _bare(track: Any) -> Attention:
    if not track.drafts:
        url = f"{reverse('admin:courses_lesson_add')}?track={track.pk}"
        return Attention(track.title, _("It has no lesson. Write the first."), url, 0)
    said = ngettext(
        "Its %(count)s lesson is a draft.",
        "Its %(count)s lessons are drafts.",
        track.drafts,
    )
    return Attention(
        track.title,
        said % {"count": track.drafts},
        _publication("track", track.pk),
        track.drafts,
    )


def scheduled(user: User) -> list[Attention]:
    """What opens by itself, the next first; lessons that open with their track once."""
    now = timezone.now()
    with_track = Track.objects.filter(
        pk=OuterRef("track_id"), published_at=OuterRef("published_at")
    )
    lessons = Lesson.objects.taught_by(user).filter(
        ~Exists(with_track), published_at__gt=now, track__archived_at=None
    )
    tracks = _tracks(user).filter(published_at__gt=now)
    found: list[tuple[Any, str, str, int]] = [
        (at, title, kind, pk)
        for kind, rows in (("track", tracks), ("lesson", lessons))
        for at, title, pk in rows.order_by("published_at", "pk").values_list(
            "published_at", "title", "pk"
        )[:MOST]
    ]
    return [
        Attention(
            title,
            _("It opens on %(when)s.") % {"when": moment_of(at)},
            _publication(kind, pk),
        )
        for at, title, kind, pk in sorted(found)[:MOST]
    ]


def faulty_lessons(user: User) -> list[Attention]:
    own = Lesson.objects.taught_by(user).filter(track__archived_at=None)
    lessons = with_faults(own).order_by("track__title", "track", "position")
    return [
        Attention(
            title,
            _("A question cannot be answered, or there is nothing to read."),
            reverse("admin:courses_lesson_change", args=[pk]),
        )
        for pk, title in lessons.values_list("pk", "title")[:MOST]
    ]


def reported_questions(user: User) -> list[Attention]:
    """By lesson, where a learner waits for a reply; the longest waiting first."""
    reports = Objection.objects.open().taught_by(user).order_by("pk")
    lesson = "question__lesson__title"
    return [
        Attention(
            title,
            _("A learner says: “%(text)s”") % {"text": _shortened(text)},
            reverse("admin:quizzes_objection_change", args=[pk]),
        )
        for pk, title, text in reports.values_list("pk", lesson, "text")[:MOST]
    ]


def questions_that_mislead(user: User) -> list[Attention]:
    """By their figures; the sentence is the likeliest fault."""
    return [
        Attention(_shortened(found.row.prompt), found.row.remark.words, found.url)
        for found in misleading_questions(_tracks(user))[:MOST]
    ]


def lessons_that_people_leave(user: User) -> list[Attention]:
    return [
        Attention(
            left.lesson.title,
            _("%(started)s learners started it, %(done)s marked it done.")
            % {"started": left.started, "done": left.done},
            left.url,
        )
        for left in lessons_people_leave(_tracks(user))[:MOST]
    ]


def disagreeing_certificates(user: User) -> list[Attention]:
    """What the last run of verify_certificates found; for admins."""
    return [
        Attention(
            finding.certificate.code,
            f"{finding.get_kind_display()}: {finding.detail}",
            reverse(
                "admin:certificates_certificate_change", args=[finding.certificate_id]
            ),
        )
        for finding in (last_findings(MOST) if user.is_admin else [])
    ]


WATCHES: list[tuple[Any, Watch]] = [
    (gettext_lazy("Certificates that disagree"), disagreeing_certificates),
    (gettext_lazy("Reported questions"), reported_questions),
    (gettext_lazy("Lessons with a fault"), faulty_lessons),
    (gettext_lazy("Questions that may mislead"), questions_that_mislead),
    (gettext_lazy("Lessons people leave"), lessons_that_people_leave),
    (gettext_lazy("Drafts in published tracks"), drafts_in_published_tracks),
    (gettext_lazy("Tracks that are drafts"), draft_tracks),
    (gettext_lazy("Tracks without a published lesson"), tracks_without_lessons),
    (gettext_lazy("Published later"), scheduled),
]


def _tracks(user: User) -> QuerySet[Track]:
    return (
        Track.objects.taught_by(user).filter(archived_at=None).order_by("title", "pk")
    )


def _shortened(text: str) -> str:
    return Truncator(text).chars(120)


def _publication(kind: str, pk: int) -> str:
    return reverse(f"admin:courses_{kind}_publication", args=[pk])


# The first ten minutes


@dataclass(frozen=True)
class FirstStep:
    title: str
    sentence: str
    url: str  # "" while the steps before it are not done
    is_done: bool


def first_steps(user: User) -> Sequence[FirstStep]:
    """From nothing to a published lesson; none once this person has one, or had."""
    now = timezone.now()
    opened = Q(published_at__lte=now, track__published_at__lte=now)
    if Lesson.objects.taught_by(user).filter(opened).exists():
        return []
    track = Track.objects.taught_by(user).order_by("-pk").only("pk").first()
    lessons = Lesson.objects.taught_by(user).order_by("-pk")
    lesson = lessons.filter(track=track).only("pk").first() if track else None
    add_lesson = (
        f"{reverse('admin:courses_lesson_add')}?track={track.pk if track else ''}"
    )
    return [
        FirstStep(
            _("Write your first track"),
            _("A title, an address and one sentence on what it teaches are enough."),
            reverse("admin:courses_track_add"),
            track is not None,
        ),
        FirstStep(
            _("Write a lesson"),
            _(
                "A page of text, and below it questions with a right and a wrong choice."
            ),
            add_lesson if track else "",
            lesson is not None,
        ),
        FirstStep(
            _("Publish both"),
            _("You see first what to mend, then everybody it is for can read it."),
            _publication("track", track.pk) if track and lesson else "",
            False,
        ),
    ]


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK: what the index shows besides the models."""
    user = request.user
    if not isinstance(user, User):  # the page asks to sign in
        return context
    looked = [(heading, watch(user)) for heading, watch in WATCHES]
    return context | {
        "first_steps": first_steps(user),
        "attention": [(heading, found) for heading, found in looked if found],
        "most": MOST,
        "sees_verification": user.is_admin,
        "verification": last_result() if user.is_admin else None,
    }
