"""The canonical files of a track: plain values to text, one blank line between blocks."""

from collections.abc import Iterable
from dataclasses import replace

from courses import typed_text
from exchange.front_matter import write_front_matter
from exchange.question_block import HEADING, write_question
from exchange.track_source import (
    DEFAULT_LANGUAGE,
    LessonSource,
    QuestionSource,
    TrackSource,
)

TRACK_FILE = "track.md"


def written_files(track: TrackSource, folder_name: str) -> dict[str, str]:
    """The text of each file by name; the slug is named where the folder is called otherwise."""
    width = max(2, len(str(len(track.lessons))))
    files = {TRACK_FILE: _write_track_file(track, folder_name)}
    for number, lesson in enumerate(track.lessons, start=1):
        files[f"{number:0{width}}-{lesson.slug}.md"] = _write_lesson(lesson)
    return files


def track_text(track: TrackSource) -> str:
    """What track.md says in a folder that is called by the track's slug."""
    return _write_track_file(tidied(track), track.slug)


def lesson_text(lesson: LessonSource) -> str:
    """What the lesson's file says, its questions included."""
    return _write_lesson(tidied_lesson(lesson))


def _write_track_file(track: TrackSource, folder_name: str) -> str:
    front = {
        "title": track.title,
        "summary": track.summary,
        "license": track.license,
        "attribution": track.attribution,
        "language": "" if track.language == DEFAULT_LANGUAGE else track.language,
        "slug": "" if track.slug == folder_name else track.slug,
    }
    return _joined([write_front_matter(front), track.description])


def _write_lesson(lesson: LessonSource) -> str:
    front = {
        "title": lesson.title,
        "summary": lesson.summary,
        "license": lesson.license,
        "attribution": lesson.attribution,
        "language": lesson.language,
    }
    blocks = [write_front_matter(front), lesson.body]
    if lesson.questions:
        blocks += [HEADING, *map(write_question, lesson.questions)]
    return _joined(blocks)


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def tidied(track: TrackSource) -> TrackSource:
    """The same track, its texts spaced as reading would give them."""
    return replace(
        track,
        title=track.title.strip(),
        summary=track.summary.strip(),
        license=track.license.strip(),
        attribution=track.attribution.strip(),
        description=typed_text.tidied(track.description),
        lessons=tuple(map(tidied_lesson, track.lessons)),
    )


def tidied_lesson(lesson: LessonSource) -> LessonSource:
    return replace(
        lesson,
        title=lesson.title.strip(),
        summary=lesson.summary.strip(),
        license=lesson.license.strip(),
        attribution=lesson.attribution.strip(),
        body=typed_text.tidied(lesson.body),
        questions=tuple(map(_tidy_question, lesson.questions)),
    )


def _tidy_question(question: QuestionSource) -> QuestionSource:
    heading, _newline, text = typed_text.tidied(question.prompt).partition("\n")
    blocks = (heading.strip(), typed_text.tidied(text))
    return replace(
        question,
        prompt="\n\n".join(block for block in blocks if block),
        choices=tuple(
            replace(
                choice,
                text=choice.text.strip(),
                feedback=typed_text.tidied(choice.feedback),
            )
            for choice in question.choices
        ),
        other_feedback=typed_text.tidied(question.other_feedback),
        explanation=typed_text.tidied(question.explanation),
    )
