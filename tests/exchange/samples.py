"""Small track folders, written out, that tests bend one line at a time."""

from exchange.track_folder import (
    LessonSource,
    QuestionSource,
    TrackFolderError,
    parse_track,
)

FRONT = '---\ntitle: "Soil"\nsummary: "What earth is made of."\n---\n'
LESSON_FRONT = '---\ntitle: "Loam"\nsummary: "Sand, silt and clay."\n---\n'
QUESTION = "### Which is finest? {#finest}\n\n- [x] Clay\n- [ ] Sand\n"

CANONICAL = """\
---
title: "How models are trained (and why it matters to you)"
summary: "Pre-training, instruction tuning, alignment."
---

The lesson, in Markdown…

## Check your understanding

### Which training phase accounts for most of a model's raw capability? {#raw-capability}

- [x] Pre-training
  > Yes: nearly all the compute goes there.
- [ ] Instruction tuning

The explanation shown after answering.

### When does refusing begin? {#refusing}

- [=] act 3
- [=] alignment
  > Yes.
  >
  > That act.
- [*]
  > Think of the last act.

### How many dials? {#dials .number}

- [=] 2.50 ± 0.1
"""


def lesson_text(questions: str = QUESTION, body: str = "Loam is a mixture.") -> str:
    """A lesson file; the questions start on line 10 when the body is one line."""
    heading = "## Check your understanding"
    return f"{LESSON_FRONT}\n{body}\n\n{heading}\n\n{questions}"


def folder(lesson: str | bytes, **others: str | bytes) -> dict[str, bytes]:
    """The files of a track with this lesson; `track`, or others by slug, come on top."""
    texts = {"track.md": others.pop("track", FRONT), "01-loam.md": lesson}
    for number, (slug, text) in enumerate(others.items(), start=2):
        texts[f"{number:02}-{slug}.md"] = text
    return {
        name: text.encode() if isinstance(text, str) else text
        for name, text in texts.items()
    }


def read_lesson(text: str | bytes) -> LessonSource:
    return parse_track(folder(text), "soil").lessons[0]


def read_question(text: str) -> QuestionSource:
    """The first question of this self-check."""
    return read_lesson(lesson_text(text)).questions[0]


def problems_in(files: dict[str, bytes], name: str = "soil") -> list[str]:
    """What is wrong with these files, a line each; empty if nothing is."""
    try:
        parse_track(files, name)
    except TrackFolderError as error:
        return str(error).splitlines()
    return []
