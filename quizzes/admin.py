"""A lesson with its questions and their choices on one page; the answers, to be read."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy, ngettext
from unfold.admin import StackedInline, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin import ForAdminsToRead
from courses.admin import LessonAdmin
from courses.constraints import REFUSED
from courses.models import Lesson, Track
from courses.services import mark_revised
from courses.typed_text import MarkdownField
from quizzes.admin_forms import (
    ANSWERED,
    GRADES_EARLIER,
    ChoiceForm,
    ChoiceFormSet,
    QuestionForm,
    QuestionFormSet,
    ShortDecimal,
)
from quizzes.answered import (
    answered_words,
    grades_earlier_answers,
    is_answered,
)
from quizzes.duplicate_admin import DuplicatesLesson, DuplicatesTrack, duplicate_button
from quizzes.figures_admin import ShowsFigures, figures_link, kept_of_question
from quizzes.mend_admin import (
    earlier_questions,
    find_version,
    lesson_address,
    mending_urls,
    ways_to_mend,
)
from quizzes.models import Answer, Choice, Objection, Question
from quizzes.objection_admin import ObjectionAdmin  # noqa: F401 (registers its page)
from quizzes.preview_admin import PreviewsLesson, PreviewsTrack
from quizzes.publication_admin import PublishesLesson, PublishesTrack
from quizzes.querysets import people_who_answered
from quizzes.readers import LessonsWithReaders
from quizzes.rules import MAX_CHOICES
from quizzes.services import lock_questions, retire_question
from quizzes.templatetags.worth import credit

_ = gettext_lazy
GONE = _("Somebody has just retired or revised this question.")
NEW_CHOICES = 3  # empty rows in a new question
SHOWN_OF_OBJECTION = 120  # characters


def open_objections() -> Any:
    """How many learners say that something is wrong with it, and have no reply yet.

    A revision does not reply: who reported an earlier version still waits.
    """
    counted = _waiting().order_by().values("question__lineage")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


def oldest_objection() -> Any:
    """What the one says that waits longest."""
    return Subquery(_waiting().order_by("pk").values("text")[:1])


def _waiting() -> Any:
    return Objection.objects.open().filter(question__lineage=OuterRef("lineage"))


def objections_link(question: Any) -> str:
    """ "“The key is wrong.” 2 reports without a reply", and where they are.

    Nothing while there are none.
    """
    count = question.open_objections
    if not count:
        return ""
    said = ngettext(
        "%(count)s report without a reply", "%(count)s reports without a reply", count
    )
    url = reverse("admin:quizzes_objection_changelist")
    return format_html(
        '“{}” <a class="to" href="{}?question__lineage={}&amp;state=open">{}</a>',
        Truncator(question.oldest_objection).chars(SHOWN_OF_OBJECTION),
        url,
        question.lineage,
        said % {"count": count},
    )


class ChoiceInline(TabularInline):  # type: ignore[misc]
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    verbose_name = _("choice or accepted answer")
    verbose_name_plural = _("choices, or accepted answers")
    add_text = _("Add a choice")
    fields = ["text", "is_right", "feedback", "position"]
    ordering = ["position"]
    ordering_field = "position"
    hide_ordering_field = True
    show_title = False
    max_num = MAX_CHOICES
    formfield_overrides = {
        models.CharField: {"widget": UnfoldAdminTextareaWidget({"rows": 1})},
        models.TextField: {"form_class": MarkdownField},
    }

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """obj is the question, or the lesson where Django asks for its own."""
        return 0 if obj is not None and obj.pk else NEW_CHOICES

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Of an answered question, rows neither come nor go."""
        if is_answered(obj) and request.method != "POST":
            kwargs |= {"can_delete": False, "max_num": 0}
        return super().get_formset(request, obj, **kwargs)


class QuestionInline(StackedInline):  # type: ignore[misc]
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    inlines = [ChoiceInline]
    add_text = _("Add a question")
    fields = [
        "answers",
        "kind",
        "prompt",
        "tolerance",
        "explanation",
        "other_feedback",
        "position",
    ]
    readonly_fields = ["answers"]
    ordering = ["position"]
    ordering_field = "position"
    hide_ordering_field = True
    formfield_overrides = {models.TextField: {"form_class": MarkdownField}}

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Where no script adds a row, a link asks for one."""
        return int("another" in request.GET)

    def get_queryset(self, request: HttpRequest) -> Any:
        choices = Choice.objects.order_by("position")
        return (
            super()
            .get_queryset(request)
            .filter(position__isnull=False)
            .annotate(
                answered_by=people_who_answered(),
                grades_earlier=grades_earlier_answers(),
                open_objections=open_objections(),
                oldest_objection=oldest_objection(),
                figures=kept_of_question(),
                track_key=F("lesson__track"),
            )
            .prefetch_related(Prefetch("choices", choices))
        )

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        match db_field.name:
            case "tolerance":
                kwargs["form_class"] = ShortDecimal
            case "other_feedback":
                kwargs["help_text"] = _(
                    "For a text or a number: shown with each answer that is not accepted."
                )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("answers"), empty_value="")
    def answers(self, question: Any) -> str:
        """How many people have answered, which is why it is read-only; what to do."""
        if question.pk is None:
            return gettext("None yet")
        words = answered_words(question) or gettext("None yet.")
        if question.grades_earlier:
            words += gettext(" Earlier answers were graded by it.")
        if is_answered(question):
            words += " " + gettext("So it stays as it is.")
        links = [
            *ways_to_mend(question),
            duplicate_button(question),
            objections_link(question),
            figures_link(question),
        ]
        shown = format_html_join(" · ", "{}", [(link,) for link in links if link])
        return format_html("{} {}", words, shown)


admin.site.unregister([Lesson, Track])


@admin.register(Track)
class TrackWithLessonsAdmin(
    ShowsFigures, PublishesTrack, DuplicatesTrack, PreviewsTrack
):
    """A track that is published together with its lessons, once these are sound."""

    lessons_inline = LessonsWithReaders


@admin.register(Lesson)
class LessonWithQuestionsAdmin(PublishesLesson, DuplicatesLesson, PreviewsLesson):
    class Media:
        js = ["js/kinds.js"]

    inlines = [QuestionInline]
    change_form_outer_after_template = "admin/quizzes/earlier_questions.html"
    refusals = LessonAdmin.refusals | {
        "answer_graded_under_current_revision": ANSWERED,
        "earlier_answers_graded_under_this_revision": GRADES_EARLIER,
        "picked_choice_of_the_question": ANSWERED,
    }

    def lock(self, request: HttpRequest, object_id: str | None) -> None:
        """An answer that is being stored is waited for; a later one waits for us."""
        if object_id is not None:
            lesson = self.get_object(request, unquote(object_id))
            if lesson is not None:
                lock_questions(lesson)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if change and any(_asks_anew(formset) for formset in formsets):
            mark_revised([form.instance.pk], timezone.now())

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.retire_view)
        retire = path(
            "questions/<int:pk>/retire/", view, name="quizzes_question_retire"
        )
        return [retire, *mending_urls(self), *super().get_urls()]

    def refuse_unsayable(self, form: Any, choices: Any) -> None:
        """Of a revised question that is valid by itself; exchange knows what to say."""

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        lesson = context.get("original")
        if lesson is not None:
            context["earlier_questions"] = earlier_questions(lesson)
        return super().render_change_form(request, context, *args, **kwargs)

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks, and with a POST retires the question."""
        found = find_version(self, request, pk)
        lesson_url = lesson_address(found.lesson_id)
        if found.position is None:  # a second press, or somebody else was first
            messages.info(request, _("The lesson no longer asks this question."))
            return redirect(lesson_url)
        if request.method == "POST":
            try:
                self._retire(request, found)
            except REFUSED as error:
                messages.error(request, self._refusal(error))
            return redirect(lesson_url)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Retire this question?"),
            "subtitle": str(found.lesson),
            "opts": self.opts,
            "original": found.lesson,
            "question": found,
            "answered": answered_words(found),
            "lesson_url": lesson_url,
        }
        return TemplateResponse(request, "admin/quizzes/retire.html", context)

    def _retire(self, request: HttpRequest, question: Question) -> None:
        said = gettext("The question “%(question)s” is retired.")
        said %= {"question": question}
        with transaction.atomic():
            self.lock(request, str(question.lesson_id))
            if not retire_question(question):
                messages.warning(request, GONE)
                return
            self.log_change(request, question.lesson, said)
        messages.success(request, said)


def _asks_anew(formset: Any) -> bool:
    """Whether a question or a choice of it is new, gone or says something else."""
    return any(
        form.says_something_new
        or any(_asks_anew(nested.formset) for nested in _nested(form))
        for form in formset.forms
    )


def _nested(form: Any) -> list[Any]:
    return getattr(form, "nested_formsets", [])


@admin.register(Answer)
class AnswerAdmin(ForAdminsToRead):
    """The log, to be read by admins; nobody changes it."""

    list_display = ["question", "person", "earned", "answered_at"]
    list_select_related = ["question", "respondent__learner"]
    search_fields = ["respondent__learner__name", "respondent__learner__email"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = ["question", "person", "earned", "answered_at", "question_revision"]
    readonly_fields = fields

    @admin.display(description=_("person"))
    def person(self, answer: Answer) -> str:
        learner = answer.respondent.learner
        return gettext("A visitor") if learner is None else str(learner)

    @admin.display(description=_("credit"), ordering="credit")
    def earned(self, answer: Answer) -> str:
        return credit(answer.credit)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("question", "respondent__learner")
        )
