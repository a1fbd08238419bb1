"""What is too much for a track folder once what the folder lacks stays in the track."""

from django.utils.translation import gettext as _

from courses.models import MAX_LESSONS, Lesson, Track
from exchange.track_files import TRACK_FILE
from exchange.track_source import Problem, TrackFolderError, TrackSource
from quizzes.rules import MAX_QUESTIONS


def refuse_too_many_lessons(count: int) -> None:
    """
    Raises:
        TrackFolderError: a track does not hold so many.
    """
    if count > MAX_LESSONS:
        message = _(
            "With the lessons that have no file here the track has more than {most}. "
            "Delete some of these first."
        )
        problem = Problem(TRACK_FILE, 0, message.format(most=MAX_LESSONS))
        raise TrackFolderError([problem])


def too_many_questions(track: Track, source: TrackSource) -> list[Problem]:
    """The lessons that ask more than they may, as they stand now; one statement."""
    message = _(
        "With the questions that are not in this folder the lesson has more than {most}. "
        "Retire some of these."
    ).format(most=MAX_QUESTIONS)
    files = {lesson.slug: lesson.file for lesson in source.lessons}
    full = Lesson.objects.filter(track=track, question_count__gt=MAX_QUESTIONS)
    slugs = full.order_by("position").values_list("slug", flat=True)
    return [Problem(files.get(slug) or slug, 0, message) for slug in slugs]
