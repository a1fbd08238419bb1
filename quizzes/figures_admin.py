"""What works in a track, and who learns it: two pages beside the track's own."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.db.models import F, Func, JSONField, OuterRef, Subquery, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe
from unfold.decorators import action

from accounts.audit import record_export
from accounts.models import User
from courses.models import Track
from courses.taught_admin import TaughtAdmin
from quizzes.analysis import ENOUGH
from quizzes.analysis_model import TrackAnalysis
from quizzes.bars import Chart, bar_chart
from quizzes.figures import ORDERS, Figures, read_figures
from quizzes.learners import (
    Asked,
    State,
    asked_by,
    count_learners,
    learners_of,
    stream_learners,
)
from quizzes.tabled_charts import TabledChart, scores_chart

_ = gettext_lazy

QUESTION_HEADINGS = [
    ("place", _("Question")),
    ("concern", _("What stands out")),
    ("answers", _("Answers")),
    ("credit", _("Mean credit")),
    ("discrimination", _("Discrimination")),
]
LEARNER_HEADINGS = {
    "name": pgettext_lazy("of a person", "Name"),
    "email": _("E-mail address"),
    "enrolled": _("Enrolled"),
    "active": _("Last active"),
    "progress": _("Lessons done"),
    "score": _("Score"),
    "coverage": _("Questions answered"),
    "certificate": _("Certificate"),
}


class ShowsFigures(TaughtAdmin):
    """A track's page with the way to its figures and to its learners."""

    actions_detail = ["figures", "learners"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_safe(self.learners_file))
        name = "courses_track_learners_file"
        return [
            path("<path:object_id>/learners/file/", view, name=name),
            *super().get_urls(),
        ]

    def _own_track(self, request: HttpRequest, object_id: str) -> Track:
        """Hidden and missing are one 404."""
        track: Track | None = self.find(request, unquote(object_id))
        if track is None or not self.has_view_permission(request, track):
            raise Http404
        return track

    def _about(self, request: HttpRequest, track: Track, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(track),
            "opts": self.opts,
            "original": track,
            "track": track,
            "track_url": reverse("admin:courses_track_change", args=[track.pk]),
        }

    @action(  # type: ignore[untyped-decorator]
        description=_("Figures"), url_path="figures", icon="monitoring"
    )
    @method_decorator(require_safe)
    def figures(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What first answers say about each question, and where learners get to."""
        track = self._own_track(request, object_id)
        order = request.GET.get("sort", "")
        order = order if order in ORDERS else "concern"
        figures = read_figures(track)
        context = self._about(request, track, gettext("Figures")) | {
            "figures": figures,
            "questions": sorted(figures.questions, key=ORDERS[order]),
            "headings": QUESTION_HEADINGS,
            "order": order,
            "enough": ENOUGH,
            **_charts(figures),
        }
        return TemplateResponse(request, "admin/quizzes/figures.html", context)

    @action(  # type: ignore[untyped-decorator]
        description=_("Learners"), url_path="learners", icon="group"
    )
    @method_decorator(require_safe)
    def learners(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who learns the track, a page at a time."""
        track = self._own_track(request, object_id)
        asked = asked_by(request.GET)
        page = learners_of(track.pk, asked)
        context = self._about(request, track, gettext("Learners")) | {
            "page": page,
            "asked": asked,
            "states": State.choices,
            "headings": _headings(asked, request),
            "page_links": _page_links(asked, page.pages, request),
            "file_url": _address(
                reverse("admin:courses_track_learners_file", args=[track.pk]), request
            ),
            "is_narrowed": bool(asked.state or asked.words),
        }
        return TemplateResponse(request, "admin/quizzes/learners.html", context)

    def learners_file(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Just what the list shows under the same filters, all pages of it."""
        track = self._own_track(request, object_id)
        asked = asked_by(request.GET)
        if request.method == "GET":  # HEAD takes no row away
            _record_export(request, track, asked)
        day = timezone.now().date()
        name = f"learners-{slugify(track.slug)}-{day}.csv"
        return StreamingHttpResponse(
            stream_learners(track.pk, asked),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _record_export(request: HttpRequest, track: Track, asked: Asked) -> None:
    assert isinstance(request.user, User)  # noqa: S101 (the admin lets nobody else in)
    filters = {"track": track.title}
    if asked.state:
        filters["state"] = asked.state
    record_export(
        request.user,
        "learners",
        "csv",
        rows=count_learners(track.pk, asked),
        filters=filters,
        is_searched=bool(asked.words),
        target=f"track:{track.pk}",
    )


def _address(path: str, request: HttpRequest, **changed: object) -> str:
    """The same list, sorted or turned otherwise."""
    query = request.GET.copy()
    query.pop("p", None)
    for name, value in changed.items():
        query[name] = str(value)
    return f"{path}?{query.urlencode()}" if query else path


def _headings(asked: Asked, request: HttpRequest) -> list[dict[str, Any]]:
    """Of each column: a link that sorts by it, or the other way round."""
    headings = []
    for column, title in LEARNER_HEADINGS.items():
        is_sorted = column == asked.column
        turned = f"-{column}" if is_sorted and not asked.is_descending else column
        headings.append(
            {
                "column": column,
                "title": title,
                "url": _address(request.path, request, o=turned),
                "is_sorted": is_sorted,
                "direction": "descending" if asked.is_descending else "ascending",
            }
        )
    return headings


def _page_links(asked: Asked, pages: int, request: HttpRequest) -> dict[str, str]:
    """The pages before and after this one."""
    links = {}
    if asked.page > 1:
        links["before"] = _address(request.path, request, p=asked.page - 1)
    if asked.page < pages:
        links["after"] = _address(request.path, request, p=asked.page + 1)
    return links


def _charts(figures: Figures) -> dict[str, Chart | TabledChart]:
    """Places in the funnel, median credit and the distribution of scores."""
    lessons = figures.lessons
    numbers = [str(lesson.number) for lesson in lessons]
    earned = [lesson.figures.credit for lesson in lessons]
    return {
        "funnel": bar_chart(
            [lesson.figures.started for lesson in lessons],
            numbers,
            inner=[lesson.figures.done for lesson in lessons],
        ),
        "medians": bar_chart(
            [None if credit is None else 100 * credit for credit in earned],
            numbers,
            top=100,
        ),
        "distribution": scores_chart(
            figures.found.scores,
            title=gettext("Knowledge scores: learners by tens of percent"),
            says=gettext(
                "How many learners have a score from 0 to 9 %, from 10 to 19 % and so on "
                "to 90 to 100 %. The table below has every number."
            ),
            counted=gettext("Learners"),
        ),
    }


def kept_of_question() -> Any:
    """What was last found about the question a queryset is at; null if nothing."""
    kept = TrackAnalysis.objects.filter(track=OuterRef("lesson__track"))
    found = Func(
        F("questions"),
        Cast(OuterRef("pk"), TextField()),
        function="jsonb_extract_path",
        output_field=JSONField(),
    )
    return Subquery(kept.values_list(found)[:1])


def figures_link(question: Any) -> str:
    """ "64 % credit in 212 first answers", beside a question. Nothing while too few.

    question: read with kept_of_question() as `figures`, and its track's key.
    """
    found = question.figures
    if found is None or found["answers"] < ENOUGH:
        return ""
    said = gettext("%(share)s\N{NO-BREAK SPACE}%% credit in %(count)s first answers")
    said %= {"share": round(100 * found["mean"]), "count": found["answers"]}
    url = reverse("admin:courses_track_figures", args=[question.track_key])
    link = '<a class="to" href="{}#question-{}">{}</a>'
    return format_html(link, url, question.pk, said)
