"""What an import changed, for people to read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from exchange.track_source import Problem

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Subject = Literal["track", "lesson", "question", "picture"]
type What = Literal[
    "new",
    "changed",
    "moved",
    "published",
    "revised",
    "retired",
    "returned",
    "unpublished",
]

_WORDS: "dict[tuple[Subject, What], _StrPromise]" = {
    ("track", "new"): gettext_lazy("new track"),
    ("track", "changed"): gettext_lazy("track changed"),
    ("track", "published"): gettext_lazy("track published"),
    ("lesson", "new"): gettext_lazy("new lesson"),
    ("lesson", "changed"): gettext_lazy("lesson changed"),
    ("lesson", "moved"): gettext_lazy("lesson moved"),
    ("lesson", "published"): gettext_lazy("lesson published"),
    ("lesson", "unpublished"): gettext_lazy("lesson made a draft"),
    ("question", "new"): gettext_lazy("new question"),
    ("question", "changed"): gettext_lazy("question changed"),
    ("question", "revised"): gettext_lazy("question revised"),
    ("question", "moved"): gettext_lazy("question moved"),
    ("question", "retired"): gettext_lazy("question retired"),
    ("question", "returned"): gettext_lazy("question no longer retired"),
    ("picture", "new"): gettext_lazy("new picture"),
    ("picture", "changed"): gettext_lazy("picture replaced"),
}

# In the order in which a report sums up.
_COUNTS: "dict[tuple[Subject, What], _StrPromise]" = {
    ("lesson", "new"): ngettext_lazy("%d new lesson", "%d new lessons"),
    ("lesson", "changed"): ngettext_lazy("%d lesson changed", "%d lessons changed"),
    ("lesson", "moved"): ngettext_lazy("%d lesson moved", "%d lessons moved"),
    ("lesson", "published"): ngettext_lazy(
        "%d lesson published", "%d lessons published"
    ),
    ("lesson", "unpublished"): ngettext_lazy(
        "%d lesson made a draft", "%d lessons made drafts"
    ),
    ("question", "new"): ngettext_lazy("%d new question", "%d new questions"),
    ("question", "changed"): ngettext_lazy(
        "%d question changed", "%d questions changed"
    ),
    ("question", "revised"): ngettext_lazy(
        "%d question revised", "%d questions revised"
    ),
    ("question", "moved"): ngettext_lazy("%d question moved", "%d questions moved"),
    ("question", "retired"): ngettext_lazy(
        "%d question retired", "%d questions retired"
    ),
    ("picture", "new"): ngettext_lazy("%d new picture", "%d new pictures"),
    ("picture", "changed"): ngettext_lazy(
        "%d picture replaced", "%d pictures replaced"
    ),
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
    people: int = field(default=0, compare=False)  # who answered what is revised
    before: str = ""  # digest of the picture that is replaced

    def __str__(self) -> str:
        return str(Problem(self.file, self.line, self.words))

    @property
    def words(self) -> str:
        """What happens, without the place."""
        words = str(_WORDS[self.subject, self.what])
        name = f" “{self.name}”" if self.name else ""
        parts = f" ({', '.join(self.parts)})" if self.parts else ""
        return words + name + parts + (f": {self.reason}" if self.reason else "")

    @property
    def reason(self) -> str:
        """Why a question is revised and not changed; empty for all else."""
        if not self.people:
            return ""
        said = ngettext(
            "%(count)s person has answered it; that answer stays, and counts as it did",
            "%(count)s people have answered it; their answers stay, and count as they did",
            self.people,
        )
        return said % {"count": self.people}


@dataclass(frozen=True, slots=True)
class Missing:
    """A lesson or question that the track has and the folder lacks: it stays.

    row, a lesson or a question, is the stored one.
    """

    slug: str  # of the lesson
    handle: str  # of the question; empty for a lesson
    file: str  # of the lesson; track.md where it has none
    title: str
    row: models.Model = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """What it is ticked by, such as loam or loam#finest."""
        return f"{self.slug}#{self.handle}" if self.handle else self.slug

    @property
    def is_draft(self) -> bool:
        """Whether it is a lesson that nobody reads anyway."""
        return not self.handle and getattr(self.row, "published_at", None) is None

    def __str__(self) -> str:
        if self.handle:
            message = _(
                "The lesson “{slug}” has the question “{id}”, which is not in this "
                "folder. It stays, unless it is retired."
            )
            message = message.format(slug=self.slug, id=self.handle)
        elif self.is_draft:
            message = _(
                "The track has the lesson “{slug}”, which has no file here. "
                "It stays a draft."
            ).format(slug=self.slug)
        else:
            message = _(
                "The track has the lesson “{slug}”, which has no file here. "
                "It stays, unless it is made a draft."
            ).format(slug=self.slug)
        return str(Problem(self.file, 0, message))


@dataclass
class Journal:
    """What an import notes down while it runs; `now` is its one moment."""

    now: datetime
    publish: bool
    changes: list[Change] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)  # see ImportReport
    after: dict[str, str] = field(default_factory=dict)

    def note(self, change: Change) -> None:
        self.changes.append(change)

    def warn(self, file: str, line: int, message: str) -> None:
        self.warnings.append(Problem(file, line, message))

    def miss(self, missing: Missing) -> None:
        self.missing.append(missing)


@dataclass(frozen=True)
class ImportReport:
    """What came of an import; `changes` is empty exactly when no row was written."""

    slug: str
    title: str
    lessons: int  # in the folder
    questions: int
    changes: tuple[Change, ...]
    warnings: tuple[Problem, ...]
    missing: tuple[Missing, ...]  # what the folder lacks and was not retired
    dry_run: bool
    # What track.md (under "") and each lesson (under its slug) say, when it was asked for.
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """The same for an import that does the same; answers to one more person are not else."""
        told = [
            (c.subject, c.what, c.file, c.line, c.name, c.parts, c.before)
            for c in self.changes
        ]
        missing = [(one.name, one.is_draft) for one in self.missing]
        plan = (
            told,
            missing,
            self.warnings,
            [*self.before.items()],
            [*self.after.items()],
        )
        return sha256(repr(plan).encode("utf-8", "surrogatepass")).hexdigest()

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
