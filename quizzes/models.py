"""Questions and their choices; who answered, and what: an append-only log."""

from decimal import Decimal
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from courses.models import Lesson, Picture
from courses.rendering import (
    RenderedField,
    render_blocks,
    render_first,
    render_inline,
    render_rest,
)
from courses.shown import Pictures
from quizzes import (  # noqa: F401 (the rest of this room's tables)
    analysis_model,
    regrade_models,
)
from quizzes.querysets import ObjectionQuerySet, QuestionQuerySet

WRITTEN_LENGTH = 200  # characters of a typed answer
OBJECTION_LENGTH = 500


class Kind(models.TextChoices):
    SINGLE = "single", _("one right choice")
    MULTIPLE = "multiple", _("several right choices")
    TEXT = "text", _("a few words")
    NUMBER = "number", _("a number")


def new_handle() -> str:
    return f"q-{uuid4().hex[:10]}"


class Question(models.Model):
    """One question of a lesson's self-check.

    The database raises `revision` at each change of prompt, kind, tolerance, choices
    or key, and refuses the change once there are answers. `position` is empty when
    the question was retired or replaced; versions of one question share `lineage`.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="questions")
    handle = models.SlugField(  # the {#id} of the track folder
        _("id"),
        max_length=64,
        default=new_handle,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*\Z")],
    )
    position = models.PositiveSmallIntegerField(_("position"), null=True, blank=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=Kind.choices, default=Kind.SINGLE
    )
    prompt = models.TextField(_("question"), max_length=5000)
    prompt_html = RenderedField("prompt", render_first)
    details_html = RenderedField("prompt", render_rest)
    tolerance = models.DecimalField(
        _("tolerance"),
        max_digits=30,
        decimal_places=10,
        null=True,
        blank=True,
        help_text=_("For a number: how far off is still right. Empty: exact."),
    )
    other_feedback = models.TextField(
        _("feedback for every other answer"), max_length=5000, blank=True
    )
    other_feedback_html = RenderedField("other_feedback", render_blocks)
    explanation = models.TextField(_("explanation"), max_length=5000, blank=True)
    explanation_html = RenderedField("explanation", render_blocks)
    revision = models.PositiveIntegerField(default=1, editable=False)
    lineage = models.UUIDField(default=uuid4, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    lesson_path: ClassVar = "lesson"  # for courses/picture_uses.py

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["lesson", "position"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = [models.Index(fields=["lineage"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "position"],
                name="question_position_unique_in_lesson",
                deferrable=models.Deferrable.DEFERRED,  # so two questions can swap
            ),
            models.UniqueConstraint(
                fields=["lesson", "handle"],
                condition=Q(position__isnull=False),
                name="question_id_unique_in_lesson",
            ),
            models.UniqueConstraint(
                fields=["id", "revision"], name="question_revision_to_refer_to"
            ),
            models.UniqueConstraint(
                fields=["id", "lineage"], name="question_lineage_to_refer_to"
            ),
            models.UniqueConstraint(
                fields=["replaces"], name="question_replaced_at_most_once"
            ),
            models.CheckConstraint(
                condition=Q(position=None) | Q(position__gte=1),
                name="question_position_from_1",
            ),
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(position=None),
                name="retired_question_has_no_position",
            ),
            models.CheckConstraint(
                condition=Q(tolerance=None) | Q(kind=Kind.NUMBER, tolerance__gte=0),
                name="only_a_number_has_a_tolerance",
            ),
            models.CheckConstraint(condition=~Q(prompt=""), name="question_has_prompt"),
        ]

    def __str__(self) -> str:
        return Truncator(self.prompt).chars(80)

    def get_absolute_url(self) -> str:
        return f"{self.lesson.get_absolute_url()}#question-{self.uuid}"

    @property
    def answer_url(self) -> str:
        lesson = self.lesson
        return reverse("answer", args=[lesson.track.slug, lesson.slug, self.uuid])

    @property
    def objection_url(self) -> str:
        lesson = self.lesson
        return reverse("objection", args=[lesson.track.slug, lesson.slug, self.uuid])

    @property
    def has_choices(self) -> bool:
        return self.kind in {Kind.SINGLE, Kind.MULTIPLE}

    @cached_property
    def shown_pictures(self) -> Pictures:
        return Picture.objects.filter(track__lessons=self.lesson_id).by_name()


class Choice(models.Model):
    """One choice, or, of a written kind, one accepted answer (`is_right`)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    question = models.ForeignKey(Question, models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("answer"), max_length=500)
    text_html = RenderedField("text", render_inline)
    is_right = models.BooleanField(_("right"), default=False)
    feedback = models.TextField(_("feedback"), max_length=5000, blank=True)
    feedback_html = RenderedField("feedback", render_blocks)

    lesson_path: ClassVar = "question__lesson"

    class Meta:
        ordering = ["question", "position"]
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "position"],
                name="choice_position_unique_in_question",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["question", "id"], name="choice_of_question_to_refer_to"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="choice_has_text"),
        ]

    def __str__(self) -> str:
        return self.text

    @cached_property
    def shown_pictures(self) -> Pictures:
        of_question = {"track__lessons__questions": self.question_id}
        return Picture.objects.filter(**of_question).by_name()


class Respondent(models.Model):
    """Who answered: a learner's own, or a visitor's until the learner claims it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="respondents",
    )
    is_own = models.BooleanField(default=False)  # made for the learner, not claimed
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner"],
                condition=Q(is_own=True),
                name="one_own_respondent_per_learner",
            ),
            models.CheckConstraint(
                condition=Q(is_own=False) | Q(learner__isnull=False),
                name="own_respondent_has_a_learner",
            ),
        ]
        indexes = [
            models.Index(
                fields=["claimed_at"],
                condition=Q(claimed_at__isnull=False),
                name="respondent_claims",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Answer(models.Model):
    """One submitted answer, graded once under `question_revision`; never changed."""

    respondent = models.ForeignKey(
        Respondent, models.PROTECT, related_name="answers", db_index=False
    )
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="answers", db_index=False
    )
    question_revision = models.PositiveIntegerField()
    submission = models.UUIDField()
    credit = models.DecimalField(max_digits=7, decimal_places=6)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [
            models.Index(
                fields=["question", "respondent", "answered_at", "id"],
                include=["credit"],
                name="answer_log",
            ),
            models.Index(fields=["question", "id"], name="answer_arrivals"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["respondent", "submission"], name="answer_once_per_respondent"
            ),
            models.UniqueConstraint(
                fields=["id", "question"], name="answer_of_question_to_refer_to"
            ),
            models.CheckConstraint(
                condition=Q(credit__gte=Decimal(0), credit__lte=Decimal(1)),
                name="credit_from_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}: {self.credit}"


class WrittenAnswer(models.Model):
    """What was typed; deleted when its learner is erased, the credit stays."""

    answer = models.OneToOneField(Answer, models.PROTECT, related_name="written")
    text = models.CharField(max_length=WRITTEN_LENGTH)

    def __str__(self) -> str:
        return self.text


class AnswerChoice(models.Model):
    """A choice that was picked; the database knows it is one of the question's."""

    answer = models.ForeignKey(
        Answer, models.PROTECT, related_name="picks", db_index=False
    )
    question = models.ForeignKey(
        Question, models.PROTECT, related_name="+", db_index=False
    )
    choice = models.ForeignKey(
        Choice, models.PROTECT, related_name="picks", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["choice", "answer"], name="picks_of_choice")]
        constraints = [
            models.UniqueConstraint(
                fields=["answer", "choice"], name="choice_picked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} picked {self.choice_id}"


class Objection(models.Model):
    """A learner says that something is wrong with a question; an instructor replies."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="objections")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="objections",
        verbose_name=_("learner"),
    )
    text = models.TextField(_("what is wrong"), max_length=OBJECTION_LENGTH)
    made_at = models.DateTimeField(_("said"), default=timezone.now)
    reply = models.TextField(_("your reply"), max_length=2000, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replied by"),
    )

    objects: ClassVar[ObjectionQuerySet] = ObjectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("reported question")
        verbose_name_plural = _("reported questions")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "learner"],
                condition=Q(replied_at=None),
                name="one_open_objection_per_learner",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="objection_has_text"),
            models.CheckConstraint(
                condition=Q(reply="", replied_at=None, replied_by=None)
                | ~Q(reply="") & Q(replied_at__isnull=False, replied_by__isnull=False),
                name="objection_is_open_or_has_a_reply",
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.text).chars(80)
