"""Axe finds nothing on the admin's pages, in both themes, wide and on a tablet."""

from typing import Literal

import pytest
from django.urls import reverse

from accounts.audit import Deed, record
from courses.models import Lesson
from courses.picture_services import add_picture
from courses.publishing import render_lesson
from exchange.keeping import Occasion, keep_found, keep_lessons
from exchange.models import Version, What
from exchange.uploads import keep_upload
from exchange.zip_files import write_track_zip
from quizzes.models import Objection
from tests.browser.conftest import NewContext
from tests.browser.stage import Stage
from tests.browser.visit import load_axe, violations
from tests.drawings import png
from tests.factories import (
    make_admin,
    make_instructor,
    make_lesson,
    make_question,
    make_track,
    make_user,
)
from tests.quizzes.answering import mislead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# by name of the address: what its arguments are of
PAGES = {
    "index": "",
    "courses_track_changelist": "",
    "courses_track_add": "",
    "courses_track_change": "track",
    "courses_track_history": "track",
    "courses_track_publication": "track",
    "courses_track_figures": "track",
    "courses_track_learners": "track",
    "courses_track_import_zip": "",
    "exchange_trackupload_look": "upload",
    "courses_learnergroup_changelist": "",
    "courses_learnergroup_add": "",
    "courses_picture_changelist": "",
    "courses_picture_add": "",
    "courses_picture_change": "picture",
    "courses_picture_delete": "picture",
    "courses_lesson_changelist": "",
    "courses_lesson_add": "",
    "courses_lesson_change": "lesson",
    "courses_lesson_publication": "lesson",
    "courses_lesson_history": "lesson",
    "courses_lesson_version": "lesson version",
    "courses_lesson_restore": "lesson first_version",
    "quizzes_question_history": "question",
    "quizzes_question_retire": "question",
    "quizzes_objection_changelist": "",
    "quizzes_objection_change": "objection",
    "quizzes_answer_changelist": "",
    "accounts_user_changelist": "",
    "accounts_user_change": "learner",
    "accounts_auditevent_changelist": "",
    "accounts_auditevent_change": "entry",
    "certificates_certificate_changelist": "",
}
_TRACK = b"---\ntitle: Soil\nsummary: Another one.\n---\n"
VIEWS: dict[Literal["light", "dark"], list[int]] = {
    "light": [1280, 768],
    "dark": [1280],
}


@pytest.fixture
def keys(stage: Stage) -> dict[str, object]:
    """A row of each kind, seen by an admin."""
    track = make_track("soil")
    lesson = make_lesson(track)
    picture = add_picture(track, "probe.png", png(500, 300))
    lesson.markdown = "![The probe](probe.png)"
    render_lesson(lesson)
    lesson.save()
    question = make_question(lesson)
    make_question(lesson, kind="text", right=("Loam",))
    learner = make_user("Ada")
    said = Objection.objects.create(question=question, learner=learner, text="Hm.")
    keep_found(track.pk)
    text = "\n\n".join(f"Paragraph {number}." for number in range(9))
    Lesson.objects.filter(pk=lesson.pk).update(title="Another", markdown=text)
    keep_lessons([lesson.pk], Occasion(What.SAVED))
    ruth = make_admin("Ruth")
    stage.sign_in(ruth)
    archive = write_track_zip({"track.md": _TRACK, "01-sand.md": _TRACK}, "soil")
    entry = record(
        Deed.ASSIGNED,
        actor=ruth,
        about=learner,
        target=f"track:{track.pk}",
        reason="They asked for it.",
        details={"track": "Soil"},
    )
    return {
        "entry": entry.pk,
        "upload": keep_upload(ruth, "soil.zip", archive).pk,
        "track": track.pk,
        "picture": picture.pk,
        "lesson": lesson.pk,
        "question": question.pk,
        "objection": said.pk,
        "first_version": Version.objects.get(what=What.FOUND, lesson=lesson).pk,
        "version": Version.objects.get(what=What.SAVED).pk,
        "learner": learner.pk,
    }


@pytest.mark.parametrize("name", PAGES)
def test_an_admin_page_is_sound(name, keys, stage: Stage, open_browser: NewContext):
    address = reverse(f"admin:{name}", args=[keys[of] for of in PAGES[name].split()])
    assert_sound(address, stage, open_browser)


def test_charts_and_remarks_are_sound(stage: Stage, open_browser: NewContext):
    track = make_track("soil")
    mislead(make_question(make_lesson(track)))
    stage.sign_in(make_instructor("Iris", track))
    address = reverse("admin:courses_track_figures", args=[track.pk])
    assert_sound(address, stage, open_browser)
    assert_sound(reverse("admin:index"), stage, open_browser)


def assert_sound(address: str, stage: Stage, open_browser: NewContext) -> None:
    """In each theme, for which the page is loaded anew, and as wide as each of its views."""
    page = open_browser().new_page()
    stage.lend_cookies(page.context)
    for scheme, widths in VIEWS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": widths[0], "height": 900})

        response = page.goto(address)

        assert response
        assert response.status == 200
        assert page.locator("html.dark").count() == (scheme == "dark")
        load_axe(page)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            assert violations(page) == [], f"{scheme}, {width} px"
