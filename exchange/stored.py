"""A stored track as plain values: the database's side of the export."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from courses.models import Lesson, Track
from exchange.picture_saving import with_pictures
from exchange.track_files import lesson_text, tidied, track_text
from exchange.track_folder import read_track_folder, save_track_folder, write_files
from exchange.track_source import (
    ChoiceSource,
    LessonSource,
    Problem,
    QuestionSource,
    TrackFolderError,
    TrackSource,
)
from exchange.zip_files import write_track_zip
from quizzes.models import Choice, Question

CHOICES = Prefetch("choices", Choice.objects.order_by("position"))


def export_track(track: Track) -> TrackSource:
    """The texts of a track: its lessons, drafts too, and their current questions.

    Three statements, whatever the size. Who answered, and what is published, stays out.
    """
    lessons = list(Lesson.objects.filter(track=track).order_by("position"))
    return replace(track_source(track), lessons=tuple(lesson_sources(lessons)))


def track_source(track: Track) -> TrackSource:
    """The track's own texts, without its lessons."""
    return TrackSource(
        slug=track.slug,
        title=track.title,
        summary=track.summary,
        license=track.license,
        attribution=track.attribution,
        language=track.language,
        description=track.description,
    )


def lesson_sources(lessons: Sequence[Lesson]) -> list[LessonSource]:
    """Each with its current questions; two statements, whatever the number."""
    by_lesson = defaultdict(list)
    questions = Question.objects.current().filter(lesson__in=lessons)
    for question in questions.order_by("position").prefetch_related(CHOICES):
        by_lesson[question.lesson_id].append(question_source(question))
    return [_lesson_source(lesson, by_lesson[lesson.pk]) for lesson in lessons]


def texts_of(track: Track) -> dict[str, str]:
    """What is stored, as the export would write it: by lesson's slug, the track's under ""."""
    source = export_track(track)
    texts = {lesson.slug: lesson_text(lesson) for lesson in source.lessons}
    return {"": track_text(source)} | texts


def export_track_folder(track: Track, folder: Path) -> None:
    """Write the track into a folder that is empty, missing, or holds this very track.

    Raises:
        TrackFolderError: the folder holds something else, or the track cannot be written;
            nothing was.
        OSError: the folder cannot be written to.
    """
    _refuse_foreign(folder, track.slug)
    save_track_folder(with_pictures(track, export_track(track)), folder)


def export_track_zip(track: Track) -> bytes:
    """The track's folder as a zip; an unchanged track gives the same bytes.

    Raises:
        TrackFolderError: the track holds what no track folder can say.
    """
    files = write_files(with_pictures(track, export_track(track)))
    return write_track_zip(files, track.slug)


def _refuse_foreign(folder: Path, slug: str) -> None:
    """Refuse a folder in use, but for the track's own; hidden files do not count.

    A folder of its own with mistakes in it is refused, too: they may be work in progress.
    """
    try:
        is_used = any(not path.name.startswith(".") for path in folder.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        message = _("This is not a folder.")
        raise TrackFolderError([Problem(str(folder), 0, message)]) from None
    if is_used and read_track_folder(folder).slug != slug:
        message = _("This folder holds another track. Export into an empty one.")
        raise TrackFolderError([Problem(str(folder), 0, message)])


def _lesson_source(lesson: Lesson, questions: list[QuestionSource]) -> LessonSource:
    return LessonSource(
        slug=lesson.slug,
        title=lesson.title,
        summary=lesson.summary,
        body=lesson.markdown,
        questions=tuple(questions),
        license=lesson.license,
        attribution=lesson.attribution,
        language=lesson.language,
    )


def question_source(question: Question) -> QuestionSource:
    """The question with its choices, which were fetched before by CHOICES."""
    return source_with(question, question.choices.all())


def source_with(question: Question, choices: Iterable[Choice]) -> QuestionSource:
    """The question with these choices; of a written kind all are right."""
    return QuestionSource(
        id=question.handle,
        kind=question.kind,  # type: ignore[arg-type]
        prompt=question.prompt,
        choices=tuple(
            ChoiceSource(
                choice.text,
                choice.is_right or not question.has_choices,
                choice.feedback,
            )
            for choice in choices
        ),
        tolerance=question.tolerance,
        other_feedback=question.other_feedback,
        explanation=question.explanation,
    )


def tidy_sources(questions: Iterable[Question]) -> dict[int, QuestionSource]:
    """Each question by primary key, its texts spaced as a track folder spaces them."""
    rows = list(questions)
    lesson = LessonSource("", "", "", "", tuple(map(question_source, rows)))
    spaced = tidied(TrackSource("", "", "", lessons=(lesson,))).lessons[0].questions
    return {row.pk: source for row, source in zip(rows, spaced, strict=True)}
