"""Tracks and lessons in the admin, held to what a track folder can say.

Whatever is saved here can be exported, and imported again as it was.
"""

from typing import Any

from django.contrib import admin
from django.forms.formsets import DELETION_FIELD_NAME
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.admin import LessonForm
from courses.audience_admin import AudienceForm
from courses.models import Lesson, Track
from exchange.history_admin import KeepsQuestionsVersions, KeepsVersions
from exchange.stored import CHOICES, question_source, source_with
from exchange.track_source import QuestionSource
from exchange.two_saves import StopsSecondSave
from exchange.typed import (
    faults_of_all,
    faults_of_choice,
    faults_of_lesson,
    faults_of_question,
    faults_of_track,
    without_key,
)
from exchange.upload_admin import ImportsTracks
from quizzes.admin import (
    ChoiceInline,
    LessonWithQuestionsAdmin,
    QuestionInline,
    TrackWithLessonsAdmin,
)
from quizzes.admin_forms import ChoiceFormSet, QuestionFormSet
from quizzes.answered import is_answered
from quizzes.models import Question

LESSON_TEXTS = {
    "title",
    "slug",
    "summary",
    "markdown",
    "language",
    "license",
    "attribution",
}
TRACK_TEXTS = LESSON_TEXTS - {"markdown"} | {"description"}


class SayableTrackForm(AudienceForm):
    def clean(self) -> Any:
        cleaned = super().clean()
        refuse(self, faults_of_track(texts_of(self, TRACK_TEXTS)))
        return cleaned


class SayableLessonForm(LessonForm):
    def clean(self) -> Any:
        cleaned = super().clean()
        refuse(self, faults_of_lesson(texts_of(self, LESSON_TEXTS)))
        return cleaned


def texts_of(form: Any, names: set[str]) -> dict[str, str]:
    """What was typed into these fields and is not refused yet."""
    return {name: text for name, text in form.cleaned_data.items() if name in names}


def refuse(form: Any, faults: dict[str, list[str]]) -> None:
    for name, messages in faults.items():
        form.add_error(name, messages)


class SayableChoiceFormSet(ChoiceFormSet):
    def source(self) -> QuestionSource:
        """The question as it was typed; only after these forms were found valid."""
        rows: list[Any] = self.rows
        return source_with(self.instance, rows)

    def refuse_unsayable(self) -> bool:
        """Put the errors beside the choices; whether there are any."""
        forms = sorted(self._kept(), key=lambda form: form.instance.position)
        faults = [faults_of_choice(choice) for choice in self.source().choices]
        for form, messages in zip(forms, faults, strict=True):
            if messages:
                form.add_error("text", messages)
        return any(faults)


class SayableQuestionFormSet(QuestionFormSet):
    def full_clean(self) -> None:
        """Once a question and its choices are valid by themselves, it is written."""
        super().full_clean()
        if not self.is_bound:
            return
        kept = [form for form in self.forms if not self._goes(form)]
        sources = [source for form in kept if (source := self._checked(form))]
        if len(sources) == len(kept):
            faults = faults_of_all(self.instance.markdown, tuple(sources))
            self.non_form_errors().extend(faults)

    def _goes(self, form: Any) -> bool:
        return bool(form.cleaned_data.get(DELETION_FIELD_NAME, False))

    def _checked(self, form: Any) -> QuestionSource | None:
        """The question, unless there is an error in it; untouched, it is not looked at."""
        choices = form.nested_formsets[0].formset
        if form.errors or not choices.is_valid():
            return None
        source: QuestionSource = choices.source()
        if not any(row.says_something_new for row in [form, *choices.forms]):
            return source
        is_locked = is_answered(form.instance)
        is_sayable = refuse_question(
            form, choices, without_key(source) if is_locked else source
        )
        return source if is_sayable else None


def refuse_question(form: Any, choices: Any, source: QuestionSource) -> bool:
    """Put what cannot be said beside its field; whether all of it can."""
    faults = faults_of_question(source)
    if "choices" in faults and not choices.refuse_unsayable():
        form.add_error(None, faults["choices"])
    faults.pop("choices", None)
    refuse(form, faults)
    return not form.errors and bool(choices.is_valid())


class SayableChoiceInline(ChoiceInline):
    formset = SayableChoiceFormSet


class SayableQuestionInline(QuestionInline):
    formset = SayableQuestionFormSet
    inlines = [SayableChoiceInline]

    @admin.display(description=_("answers"), empty_value="")
    def answers(self, question: Any) -> str:
        """With the way to its history."""
        said: str = super().answers(question)
        if question.pk is None:
            return said
        url = reverse("admin:quizzes_question_history", args=[question.pk])
        return format_html(
            '{} · <a class="to" href="{}">{}</a>', said, url, gettext("History")
        )


admin.site.unregister([Lesson, Track])


@admin.register(Track)
class SayableTrackAdmin(
    StopsSecondSave, ImportsTracks, KeepsVersions, TrackWithLessonsAdmin
):
    form = SayableTrackForm
    actions_detail = [
        *TrackWithLessonsAdmin.actions_detail,
        *ImportsTracks.actions_detail,
    ]


@admin.register(Lesson)
class SayableLessonAdmin(
    StopsSecondSave, KeepsQuestionsVersions, LessonWithQuestionsAdmin
):
    form = SayableLessonForm
    inlines = [SayableQuestionInline]

    def refuse_unsayable(self, form: Any, choices: Any) -> None:
        """The revised question by itself, and among the others of its lesson."""
        source = choices.source()
        if not refuse_question(form, choices, source):
            return
        old = form.instance
        current = Question.objects.current().filter(lesson=old.lesson_id)
        sources = [
            source if question.pk == old.pk else question_source(question)
            for question in current.order_by("position").prefetch_related(CHOICES)
        ]
        for fault in faults_of_all(old.lesson.markdown, tuple(sources)):
            form.add_error(None, fault)
