"""A question is held to the same rules on the admin's page and in a track folder."""

from decimal import Decimal

import pytest

from exchange.track_folder import TrackFolderError, parse_track
from quizzes.rules import Draft, flaws_of

TRACK = b'---\ntitle: "Soil"\nsummary: "All about soil."\n---\n'
LESSON = '---\ntitle: "Probe"\nsummary: "How."\n---\n\n## Check your understanding\n\n'

DRAFTS = [
    Draft("single", ["A", "B"], [True, False]),
    Draft("single", ["A", "B"], [False, False]),
    Draft("single", ["A"], [True]),
    Draft("single", ["A", "B", "C"], [True, True, False]),
    Draft("single", ["A", "A"], [True, False]),
    Draft("single", ["A", "a"], [True, False]),
    Draft("single", ["A", "B"], [True, False], None, "No."),
    Draft("single", [f"{number}" for number in range(50)], [True, *[False] * 49]),
    Draft("single", [f"{number}" for number in range(51)], [True, *[False] * 50]),
    Draft("multiple", ["A", "B", "C"], [True, True, False]),
    Draft("multiple", ["A", "B"], [True, False]),
    Draft("multiple", ["A", "B"], [True, True]),
    Draft("multiple", ["A", "B"], [False, False]),
    Draft("text", ["act 1", "one"], [True, True]),
    Draft("text", ["act 1"], [True], None, "Read it again."),
    Draft("text", ["act 1", "act 1"], [True, True]),
    Draft("text", ["a" * 200], [True]),
    Draft("text", ["a" * 201], [True]),
    Draft("number", ["2.5"], [True]),
    Draft("number", ["-2"], [True], Decimal("0.1"), "Count again."),
    Draft("number", ["2.5", "3"], [True, True]),
    Draft("number", ["2,5"], [True]),
    Draft("number", ["2.5 m"], [True]),
    Draft("number", ["1e3"], [True]),
    Draft("number", ["٢"], [True]),
    Draft("number", ["2."], [True]),
    Draft("number", ["9" * 20], [True]),
    Draft("number", ["9" * 21], [True]),
    Draft("number", ["0." + "9" * 10], [True]),
    Draft("number", ["0." + "9" * 11], [True]),
    Draft("number", ["2"], [True], Decimal(-1)),
]


def written(draft: Draft) -> bytes:
    """The question as its author would write it in a lesson's file."""
    marks = [
        "=" if draft.is_written else "x" if right else " " for right in draft.rights
    ]
    texts = list(draft.texts)
    if draft.tolerance is not None:
        texts = [f"{text} ± {draft.tolerance}" for text in texts]
    lines = [f"- [{mark}] {text}" for mark, text in zip(marks, texts, strict=True)]
    if draft.other_feedback:
        lines += ["- [*]", f"  > {draft.other_feedback}"]
    block = "\n".join(lines)
    return f"{LESSON}### Well? {{#well .{draft.kind}}}\n\n{block}\n".encode()


def is_read(draft: Draft) -> bool:
    try:
        parse_track({"track.md": TRACK, "01-probe.md": written(draft)}, "soil")
    except TrackFolderError:
        return False
    return True


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: repr(draft)[:60])
def test_what_the_page_takes_the_folder_takes(draft):
    assert (not flaws_of(draft)) == is_read(draft)
