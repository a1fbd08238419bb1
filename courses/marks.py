"""A visitor's done marks: lesson ids with their times, in the server-side session."""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

MARKS = "done_marks"
MOST_MARKS = 500
TOUCHED = "touched_at"


def marks_in(session: SessionBase) -> dict[int, datetime]:
    """The visitor's done lessons and when each was marked; empty without a session."""
    return {
        int(lesson_id): datetime.fromisoformat(at)
        for lesson_id, at in session.get(MARKS, {}).items()
    }


def set_mark(session: SessionBase, lesson_id: int, *, done: bool) -> None:
    """Keep or take back one mark; above MOST_MARKS the oldest goes."""
    marks: dict[str, str] = dict(session.get(MARKS, {}))
    if done:
        marks.setdefault(str(lesson_id), timezone.now().isoformat())
        while len(marks) > MOST_MARKS:
            marks.pop(next(iter(marks)))
    elif str(lesson_id) not in marks:
        return
    else:
        del marks[str(lesson_id)]
    session[MARKS] = marks
    keep(session)


def keep(session: SessionBase) -> None:
    """Let the session last another 30 days; written at most once a day."""
    now = timezone.now()
    touched = session.get(TOUCHED)
    if touched is None or now - datetime.fromisoformat(touched) > timedelta(days=1):
        session[TOUCHED] = now.isoformat()
