"""Rows for tests: real ones, through the verbs where there is a verb."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import ADMIN, INSTRUCTOR, User
from courses.models import Lesson, Picture, Track, TrackInstructor
from courses.services import link_resolver, set_body
from quizzes.models import Choice, Question

PASSWORD = "a-long-pass-phrase"  # of the whole cast
_numbers = count(1)


def make_user(name: str, role: str = "") -> User:
    """A person with a confirmed address <name>@example.org and PASSWORD."""
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(
        f"{name.lower()}@example.org", PASSWORD, name=name, is_staff=bool(role)
    )
    EmailAddress.objects.create(
        user=user, email=user.email, primary=True, verified=True
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_instructor(name: str, *tracks: Track) -> User:
    user = make_user(name, INSTRUCTOR)
    for track in tracks:
        TrackInstructor.objects.create(track=track, user=user)
    return user


def make_admin(name: str) -> User:
    return make_user(name, ADMIN)


def make_track(
    slug: str = "soil", *, published: bool = True, lessons: int = 0, **fields: object
) -> Track:
    """A track, published yesterday unless told, with that many numbered lessons."""
    fields.setdefault("title", slug.replace("-", " ").capitalize())
    fields.setdefault("summary", f"All about {slug}.")
    if published:
        fields.setdefault("published_at", timezone.now() - timedelta(days=1))
    track = Track.objects.create(slug=slug, **fields)
    for number in range(1, lessons + 1):
        make_lesson(track, f"lesson-{number}")
    return track


def make_lesson(
    track: Track,
    slug: str = "",
    *,
    body: str = "## First\n\nA few words.\n",
    published: bool = True,
    published_at: datetime | None = None,
    position: int | None = None,
    **fields: object,
) -> Lesson:
    """A lesson at the end of the track, published yesterday unless told."""
    slug = slug or f"lesson-{next(_numbers)}"
    fields.setdefault("title", slug.replace("-", " ").capitalize())
    fields.setdefault("summary", f"What {slug} says.")
    yesterday = timezone.now() - timedelta(days=1)
    lesson = Lesson(
        track=track,
        slug=slug,
        position=position or track.lessons.count() + 1,
        published_at=published_at or (yesterday if published else None),
        revised_at=yesterday,
        **fields,
    )
    set_body(lesson, body, link_resolver(track.slug, {}))
    lesson.save()
    return lesson


def make_question(
    lesson: Lesson,
    prompt: str = "Which is right?",
    *,
    kind: str = "single",
    right: tuple[str, ...] = ("Right",),
    wrong: tuple[str, ...] = ("Not so", "Nor this"),
    tolerance: Decimal | None = None,
    explanation: str = "Because it is so.",
    **fields: object,
) -> Question:
    """A question at the end of the lesson; written kinds ignore `wrong`."""
    last = lesson.questions.filter(position__isnull=False).count()
    question = Question.objects.create(
        lesson=lesson,
        prompt=prompt,
        kind=kind,
        position=last + 1,
        tolerance=tolerance,
        explanation=explanation,
        **fields,
    )
    texts = [(text, True) for text in right]
    if kind in {"single", "multiple"}:
        texts += [(text, False) for text in wrong]
    Choice.objects.bulk_create(
        Choice(
            question=question,
            position=position,
            text=text,
            is_right=is_right,
            feedback=f"About {text}.",
        )
        for position, (text, is_right) in enumerate(texts, start=1)
    )
    question.refresh_from_db()
    return question


def make_pictures(track: Track, count: int) -> None:
    """Rows of pictures that nothing shows and no file stands behind."""
    Picture.objects.bulk_create(
        Picture(
            track=track,
            name=f"unused-{number}.png",
            digest=f"{number:064x}",
            format="png",
            width=1,
            height=1,
            widths=[1],
            size=1,
        )
        for number in range(1, count + 1)
    )
