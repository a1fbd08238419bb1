"""What an import changed, for people to read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from exchange.track_source import Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Subject = Literal["track", "lesson", "question"]
type What = Literal["new", "changed", "moved", "published"]

_WORDS: "dict[tuple[Subject, What], _StrPromise]" = {
    ("track", "new"): gettext_lazy("new track"),
    ("track", "changed"): gettext_lazy("track changed"),
    ("track", "published"): gettext_lazy("track published"),
    ("lesson", "new"): gettext_lazy("new lesson"),
    ("lesson", "changed"): gettext_lazy("lesson changed"),
    ("lesson", "moved"): gettext_lazy("lesson moved"),
    ("lesson", "published"): gettext_lazy("lesson published"),
    ("question", "new"): gettext_lazy("new question"),
    ("question", "changed"): gettext_lazy("question changed"),
    ("question", "moved"): gettext_lazy("question moved"),
}

# In the order in which a report sums up.
_COUNTS: "dict[tuple[Subject, What], _StrPromise]" = {
    ("lesson", "new"): ngettext_lazy("%d new lesson", "%d new lessons"),
    ("lesson", "changed"): ngettext_lazy("%d lesson changed", "%d lessons changed"),
    ("lesson", "moved"): ngettext_lazy("%d lesson moved", "%d lessons moved"),
    ("lesson", "published"): ngettext_lazy(
        "%d lesson published", "%d lessons published"
    ),
    ("question", "new"): ngettext_lazy("%d new question", "%d new questions"),
    ("question", "changed"): ngettext_lazy(
        "%d question changed", "%d questions changed"
    ),
    ("question", "moved"): ngettext_lazy("%d question moved", "%d questions moved"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an import changed, and where the folder says so."""

    subject: Subject
    what: What
    file: str
    line: int = 0  # 0 is the file as a whole
    name: str = ""  # of a question, or of a lesson that has no file
    parts: tuple[str, ...] = ()  # which of its texts changed

    def __str__(self) -> str:
        words = str(_WORDS[self.subject, self.what])
        name = f" “{self.name}”" if self.name else ""
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return str(Problem(self.file, self.line, words + name + parts))


@dataclass
class Journal:
    """What an import notes down while it runs; `now` is its one moment."""

    now: datetime
    publish: bool
    changes: list[Change] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def note(self, change: Change) -> None:
        self.changes.append(change)

    def warn(self, file: str, line: int, message: str) -> None:
        self.warnings.append(Problem(file, line, message))


@dataclass(frozen=True)
class ImportReport:
    """What came of an import; `changes` is empty exactly when no row was written."""

    slug: str
    title: str
    lessons: int  # in the folder
    questions: int
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...]
    dry_run: bool

    def __str__(self) -> str:
        found = _("%(title)s: %(lessons)s and %(questions)s") % {
            "title": self.title,
            "lessons": ngettext("%d lesson", "%d lessons", self.lessons) % self.lessons,
            "questions": ngettext("%d question", "%d questions", self.questions)
            % self.questions,
        }
        if not self.changes:
            return _("%(found)s, nothing changed.") % {"found": found}
        sums = {"found": found, "changes": ", ".join(self._sums())}
        if self.dry_run:
            return _("%(found)s would be imported (%(changes)s).") % sums
        return _("%(found)s imported (%(changes)s).") % sums

    def _sums(self) -> list[str]:
        counts = Counter((change.subject, change.what) for change in self.changes)
        track = [str(_WORDS[kind]) for kind in counts if kind[0] == "track"]
        return track + [
            str(words % counts[kind]) for kind, words in _COUNTS.items() if counts[kind]
        ]
