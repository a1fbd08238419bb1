"""What stands in the way of publishing lessons, read for many of them at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
)
from django.utils import timezone

from courses.markdown import is_unseen
from courses.models import Lesson, Picture, Track
from courses.querysets import LessonQuerySet
from courses.shown import NO_PICTURES, Pictures, ShownPicture
from courses.text_checks import (
    Lessons,
    Reached,
    look_over,
    look_over_fragment,
    tracks_named_in,
)
from quizzes.models import Choice, Kind, Question
from quizzes.publishing_checks import (
    AskedDraft,
    Finding,
    LessonDraft,
    Severity,
    findings_of,
)
from quizzes.rules import Draft


def findings_in(
    lessons: Sequence[Lesson], opening: Collection[int] = ()
) -> Mapping[int, list[Finding]]:
    """By lesson, in a number of statements that does not depend on how many these are.

    lessons: with their track and their text. opening: ids of lessons that are about to
    be published too, so that links among them are sound.
    """
    if not lessons:
        return {}
    questions = _questions_of(lessons)
    texts = [text for question in questions for _field, text in _texts_of(question)]
    reachable = _lessons_of_tracks_in(
        {lesson.track.slug for lesson in lessons},
        {*opening, *(lesson.pk for lesson in lessons)},
        [*texts, *(lesson.markdown for lesson in lessons)],
    )
    pictures = _pictures_of({lesson.track_id for lesson in lessons})
    asked = _asked_in(
        questions,
        {row.pk: pictures.get(row.track_id, NO_PICTURES) for row in lessons},
        reachable,
    )
    return {
        lesson.pk: findings_of(
            LessonDraft(
                _shows_text(lesson),
                look_over(
                    lesson.markdown,
                    lesson.track.slug,
                    reachable,
                    pictures.get(lesson.track_id, NO_PICTURES),
                ),
                asked.get(lesson.pk, []),
            )
        )
        for lesson in lessons
    }


def _shows_text(lesson: Lesson) -> bool:
    """Whether a reader finds words, code, a formula or a picture in it."""
    return not is_unseen(lesson.body_text) or "<img" in lesson.body_html


def findings_in_description(track: Track) -> list[Finding]:
    """Of a track that is about to be published with its drafts; warnings alone."""
    if not track.description:
        return []
    drafts = track.lessons.filter(published_at=None).values_list("pk", flat=True)
    lessons = _lessons_of_tracks_in({track.slug}, set(drafts), [track.description])
    pictures = track.shown_pictures
    return [
        Finding(Severity.WARNING, f"{message}.", "id_description")
        for message in look_over_fragment(track.description, lessons, pictures)
    ]


def _lessons_of_tracks_in(
    own: Collection[str], opening: Collection[int], texts: Sequence[str]
) -> Lessons:
    """Of these tracks of one's own and of those that the texts name: which are open.

    One that is published at a later time counts: it opens by itself. Of other tracks
    only what everybody sees is there: a draft of somebody else's is nowhere.
    """
    found: dict[str, dict[str, Reached]] = {slug: {} for slug in own}
    rows = Lesson.objects.filter(track__slug__in=own).values_list(
        "track__slug", "slug", "pk", "published_at", "headings"
    )
    for track, slug, pk, published_at, headings in rows:
        is_open = published_at is not None or pk in opening
        found[track][slug] = Reached(is_open, _ids_of(headings))
    others = tracks_named_in(texts) - set(own)
    return found | (_open_to_all(others) if others else {})


def _ids_of(headings: Sequence[Sequence[str]]) -> frozenset[str]:
    return frozenset(name for _level, name, _text in headings)


def _open_to_all(tracks: Collection[str]) -> dict[str, dict[str, Reached]]:
    found: dict[str, dict[str, Reached]] = {}
    seen = Track.objects.visible_to(AnonymousUser()).filter(slug__in=tracks)
    is_open = Q(lessons__published_at__lte=timezone.now(), archived_at=None)
    rows = seen.annotate(is_open=ExpressionWrapper(is_open, BooleanField()))
    named = rows.values_list("slug", "lessons__slug", "lessons__headings", "is_open")
    for track, slug, headings, shown in named:
        lessons = found.setdefault(track, {})
        if shown:
            lessons[slug] = Reached(is_open=True, headings=_ids_of(headings))
    return found


def _pictures_of(track_ids: Collection[int]) -> Mapping[int, Pictures]:
    found: dict[int, dict[str, ShownPicture]] = {}
    for picture in Picture.objects.filter(track__in=track_ids):
        found.setdefault(picture.track_id, {})[picture.name] = picture.shown
    return found


def _questions_of(lessons: Sequence[Lesson]) -> list[Question]:
    """In the order of each lesson, with their choices."""
    choices = Prefetch("choices", Choice.objects.order_by("position"))
    questions = Question.objects.current().filter(lesson__in=lessons)
    return list(questions.order_by("lesson", "position").prefetch_related(choices))


def _asked_in(
    questions: Sequence[Question], pictures: Mapping[int, Pictures], reachable: Lessons
) -> dict[int, list[AskedDraft]]:
    """By lesson; pictures: what each lesson may show."""
    asked: dict[int, list[AskedDraft]] = {}
    for question in questions:
        of_lesson = asked.setdefault(question.lesson_id, [])
        of_lesson.append(_asked(question, pictures[question.lesson_id], reachable))
    return asked


def _asked(question: Question, pictures: Pictures, reachable: Lessons) -> AskedDraft:
    choices = question.choices.all()
    draft = Draft(
        kind=question.kind,  # type: ignore[arg-type]
        texts=[choice.text for choice in choices],
        rights=[choice.is_right for choice in choices],
        tolerance=question.tolerance,
        other_feedback=question.other_feedback,
    )
    remarks = [
        (field, message)
        for field, text in _texts_of(question)
        if text
        for message in look_over_fragment(text, reachable, pictures)
    ]
    return AskedDraft(question.prompt, question.explanation, draft, remarks)


def _texts_of(question: Question) -> Iterator[tuple[str, str]]:
    """Each text that is shown as Markdown, with the name of its field on the page."""
    yield "prompt", question.prompt
    yield "explanation", question.explanation
    yield "other_feedback", question.other_feedback
    for index, choice in enumerate(question.choices.all()):
        if question.has_choices:
            yield f"choices-{index}-text", choice.text
        yield f"choices-{index}-feedback", choice.feedback


def with_faults(lessons: LessonQuerySet) -> LessonQuerySet:
    """Those with a fault that a list can look for: empty, or a question that cannot be

    answered right, or not wrong. The other faults need the text of each choice.
    """
    choices = Choice.objects.filter(question=OuterRef("pk"))
    has_choices = Q(kind__in=[Kind.SINGLE, Kind.MULTIPLE])
    unsound = Question.objects.current().filter(
        ~Exists(choices.filter(is_right=True))
        | (has_choices & ~Exists(choices.filter(is_right=False))),
        lesson=OuterRef("pk"),
    )
    empty = Q(question_count=0, body_text__regex=r"\A\s*\Z")
    empty &= ~Q(body_html__contains="<img")
    return lessons.filter(Exists(unsound) | empty)


def drafts_of(track_id: int) -> list[Lesson]:
    """The lessons of a track that are not open and have no time at which they open."""
    drafts = Lesson.objects.filter(track=track_id, published_at=None)
    return list(drafts.select_related("track").defer("search").order_by("position"))
