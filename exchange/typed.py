"""Whether what was typed can be said in a track folder, and what cannot.

Each text is written into a throw-away track in which all else is plain, and read back.
What comes out are the importer's own sentences, by the field they are about.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exchange.track_folder import write_track
from exchange.track_source import (
    ChoiceSource,
    LessonSource,
    QuestionSource,
    TrackFolderError,
    TrackSource,
)

_FOLDER = "folder"  # no slug is called so here: each is written, and read
_LESSON = LessonSource("lesson", "Lesson", "A lesson.", "")
_TRACK = TrackSource("track", "Track", "A track.", lessons=(_LESSON,))
_OTHER = ChoiceSource("\N{HORIZONTAL ELLIPSIS}", False)
_QUESTION = QuestionSource(
    "question", "single", "Which?", (ChoiceSource("This", True), _OTHER)
)


def faults_of_track(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """By field of a track's form; a field whose text can be said is left out."""
    return _by_name({name: _with(_TRACK, name, text) for name, text in texts.items()})


def faults_of_lesson(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """By field of a lesson's form, the body without the questions below it."""
    return _by_name({name: _with_text(name, text) for name, text in texts.items()})


def _with_text(name: str, text: str) -> TrackSource:
    if name == "slug":  # no part of a lesson's text: its file's name
        return replace(_TRACK, slug=text)
    field = "body" if name == "markdown" else name
    return _track_of(_with(_LESSON, field, text))


def faults_of_question(question: QuestionSource) -> dict[str, list[str]]:
    """By field; under "choices" what is wrong with neither prompt nor explanation."""
    found = _faults(_track_of_question(question))
    if not found:
        return {}
    texts = {"prompt": question.prompt, "explanation": question.explanation}
    by_field = _by_name(
        {
            name: _track_of_question(_with(_QUESTION, name, text))
            for name, text in texts.items()
        }
    )
    return by_field or {"choices": found}


def faults_of_choice(choice: ChoiceSource) -> list[str]:
    """Of the text of one choice and its feedback."""
    choices = (replace(choice, is_right=True), _OTHER)
    return _faults(_track_of_question(replace(_QUESTION, choices=choices)))


def faults_of_all(body: str, questions: tuple[QuestionSource, ...]) -> list[str]:
    """Of the lesson as a whole: nothing while a part of it cannot be said by itself."""
    found = _faults(_track_of(replace(_LESSON, body=body, questions=questions)))
    if not found:
        return []
    parts = [_with_text("markdown", body), *map(_track_of_question, questions)]
    return [] if any(map(_faults, parts)) else found


def without_key(question: QuestionSource) -> QuestionSource:
    """Of an answered question what may still change, but for feedback: all of it goes."""
    return replace(_QUESTION, explanation=question.explanation)


def _with[T: (TrackSource, LessonSource, QuestionSource)](
    plain: T, field: str, text: str
) -> T:
    values: dict[str, Any] = {field: text}
    return replace(plain, **values)


def _track_of(lesson: LessonSource) -> TrackSource:
    return replace(_TRACK, lessons=(lesson,))


def _track_of_question(question: QuestionSource) -> TrackSource:
    return _track_of(replace(_LESSON, questions=(question,)))


def _by_name(tracks: Mapping[str, TrackSource]) -> dict[str, list[str]]:
    faults = {name: _faults(track) for name, track in tracks.items()}
    return {name: found for name, found in faults.items() if found}


def _faults(track: TrackSource) -> list[str]:
    """What the importer would say, each sentence once."""
    try:
        write_track(track, _FOLDER)
    except TrackFolderError as error:
        return list(dict.fromkeys(problem.message for problem in error.problems))
    return []
