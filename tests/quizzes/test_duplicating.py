"""Copies of a question, a lesson and a track: drafts, with no answer and no mark."""

import re
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.audience import Audience
from courses.groups import LearnerGroup, TrackGroup
from courses.models import Lesson, Track
from courses.picture_services import add_picture
from courses.services import leave_track, mark_done, take_up
from quizzes import duplicating
from quizzes.duplicating import (
    LessonFullError,
    duplicate_lesson,
    duplicate_question,
    duplicate_track,
)
from quizzes.models import Answer, Question, Respondent
from quizzes.readers import reading_in
from quizzes.revising import QuestionReplacedError
from quizzes.services import learner_respondent, retire_question
from tests.admin_forms import admin_client
from tests.drawings import png
from tests.factories import make_lesson, make_question, make_track, make_user
from tests.quizzes.test_admin_questions import answer_it
from tests.threads import at_once


def prompts(lesson: Lesson) -> list[str]:
    asked = lesson.questions.filter(position__isnull=False).order_by("position")
    return list(asked.values_list("prompt", flat=True))


def facts(question: Question) -> tuple[object, ...]:
    choices = question.choices.order_by("position")
    return (
        question.prompt,
        question.prompt_html,
        question.kind,
        question.explanation_html,
        list(choices.values_list("text", "text_html", "is_right", "feedback")),
    )


def post(user, name: str, *args: object):
    return admin_client(user).post(reverse(f"admin:{name}", args=args), follow=True)


def links_in(page) -> list[str]:
    return re.findall(r'class="to" href="([^"]+/change/)"', page.content.decode())


# A question


def test_a_copied_question_stands_below_it_and_nobody_has_answered_it(lesson, probe):
    make_question(lesson, "The last?")
    answer_it(probe)

    copy = duplicate_question(probe)

    assert prompts(lesson) == [probe.prompt, probe.prompt, "The last?"]
    copy = Question.objects.get(pk=copy.pk)
    assert (copy.position, copy.replaces) == (2, None)
    assert facts(copy) == facts(probe)
    assert not copy.answers.exists()
    for name in "uuid", "handle", "lineage":
        assert getattr(copy, name) != getattr(probe, name)
    lesson.refresh_from_db()
    assert lesson.question_count == 3


def test_a_question_that_was_just_retired_is_not_copied(lesson, probe):
    retire_question(Question.objects.get(pk=probe.pk))

    with pytest.raises(QuestionReplacedError):
        duplicate_question(probe)

    assert lesson.questions.count() == 1


def test_what_the_lesson_no_longer_asks_takes_no_room(lesson, probe, monkeypatch):
    monkeypatch.setattr(duplicating, "MAX_QUESTIONS", 3)
    retire_question(make_question(lesson, "Retired?"))
    duplicate_question(probe)
    duplicate_question(probe)

    with pytest.raises(LessonFullError):
        duplicate_question(probe)

    assert prompts(lesson) == [probe.prompt] * 3


def test_a_double_click_copies_a_question_twice(iris, lesson, probe):
    for _ in range(2):
        page = post(iris, "quizzes_question_duplicate", probe.pk)
        assert "was copied" in page.content.decode()

    assert prompts(lesson) == [probe.prompt] * 3


# A lesson


def test_a_copied_lesson_is_a_draft_at_the_end_of_its_track(iris, ada, soil, lesson):
    probe = make_question(lesson, "Where?", kind="text", right=("there",))
    retired = make_question(lesson, "Retired?")
    Question.objects.filter(pk=retired.pk).update(position=None)
    answer_it(probe)
    mark_done(ada, lesson)

    page = post(iris, "courses_lesson_duplicate", lesson.pk)

    copy = soil.lessons.get(slug="probe-the-soil-copy")
    assert reverse("admin:courses_lesson_change", args=[copy.pk]) in links_in(page)
    assert (copy.title, copy.position) == ("Probe the soil (copy)", 3)
    assert copy.published_at is None
    assert (copy.body_html, copy.summary) == (lesson.body_html, lesson.summary)
    assert prompts(copy) == ["Where?"]
    assert facts(copy.questions.get()) == facts(probe)
    assert not copy.completions.exists()


def test_each_copy_has_an_address_of_its_own(lesson):
    long = make_lesson(lesson.track, "a" * 80, title="T" * 200)

    slugs = [
        duplicate_lesson(each).slug for each in [lesson, lesson, lesson, long, long]
    ]

    assert slugs[:3] == [f"probe-the-soil-copy{end}" for end in ("", "-2", "-3")]
    assert len(set(slugs)) == 5


# A track


def test_a_copied_track_is_a_draft_taught_by_who_copied_it(iris, ruth, ada, soil):
    lesson = soil.lessons.get(slug="probe-the-soil")
    Lesson.objects.filter(pk=lesson.pk).update(markdown="[On](water-it.md)")
    probe = make_question(lesson, "Where?")
    answer_it(probe)
    mark_done(ada, lesson)

    page = post(ruth, "courses_track_duplicate", soil.pk)

    copy = Track.objects.get(slug="soil-copy")
    assert reverse("admin:courses_track_change", args=[copy.pk]) in links_in(page)
    assert (copy.title, copy.published_at) == ("Soil (copy)", None)
    assert [each.user for each in copy.instructors.all()] == [ruth]
    first, second = copy.lessons.order_by("position")
    assert (first.slug, second.slug) == ("probe-the-soil", "water-it")
    assert first.published_at is None
    assert 'href="/tracks/soil-copy/water-it/"' in first.body_html
    question = first.questions.get()
    assert facts(question) == facts(probe)
    assert question.handle == probe.handle
    assert question.uuid != probe.uuid
    assert not copy.enrollments.exists()
    assert Answer.objects.count() == 1


def test_a_copied_track_shows_its_pictures_in_the_description_too(iris, soil):
    add_picture(soil, "probe.png", png())
    soil.description = "![A probe](probe.png)"
    soil.save()

    copy = duplicate_track(soil, iris)

    copy.refresh_from_db()
    assert f'src="/media/{copy.pk}/' in copy.description_html


def test_a_copy_is_for_the_same_learners(iris, soil):
    group = LearnerGroup.objects.create(name="Gardeners")
    TrackGroup.objects.create(track=soil, group=group)
    Track.objects.filter(pk=soil.pk).update(audience=Audience.GROUPS)
    soil.refresh_from_db()

    copy = duplicate_track(soil, iris)

    assert copy.audience == Audience.GROUPS
    assert list(copy.groups.all()) == [group]


def test_an_instructor_opens_the_copy(iris, soil):
    page = post(iris, "courses_track_duplicate", soil.pk)

    client = admin_client(iris)
    for link in links_in(page):
        assert client.get(link).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_copies_made_at_the_same_moment_have_addresses_of_their_own(iris, soil, lesson):
    probe = make_question(lesson, "Where?")
    copies = at_once(
        [partial(duplicate_track, soil, iris)] * 3
        + [partial(duplicate_lesson, lesson)] * 3
        + [partial(duplicate_question, probe)] * 3
    )

    assert not [copy for copy in copies if isinstance(copy, Exception)]
    assert Track.objects.filter(slug__startswith="soil-copy").count() == 3
    assert soil.lessons.count() == 5
    places = lesson.questions.order_by("position").values_list("position", flat=True)
    assert list(places) == [1, 2, 3, 4]


def test_only_what_one_teaches_is_copied(omar, soil, lesson, probe):
    for name, key in [
        ("courses_track_duplicate", soil.pk),
        ("courses_lesson_duplicate", lesson.pk),
        ("quizzes_question_duplicate", probe.pk),
    ]:
        assert post(omar, name, key).status_code == 404
    assert Lesson.objects.filter(slug__endswith="-copy").count() == 0


def test_copying_a_track_takes_as_many_statements_a_lesson_whatever_it_asks(
    iris, django_assert_max_num_queries
):
    track = make_track("full")
    lesson = make_lesson(track)
    for number in range(30):
        make_question(lesson, f"Number {number}?")

    with django_assert_max_num_queries(30):
        duplicate_track(track, iris)


# Who is reading


def test_who_has_begun_a_lesson_and_not_done_it_is_reading_it(ada, ben, soil, lesson):
    probe = make_question(lesson)
    other = make_question(soil.lessons.get(slug="water-it"))
    cat, dan = make_user("Cat"), make_user("Dan")
    for learner in ada, ben, cat, dan:
        take_up(learner, soil.pk, timezone.now())
        answer_it(probe, learner_respondent_of(learner))
    answer_it(other)  # a visitor's, who is no learner yet
    mark_done(ben, lesson)
    leave_track(cat, soil)

    assert reading_in(soil.pk) == {lesson.pk: 2}


def test_an_answer_to_an_earlier_version_began_the_lesson_too(ada, soil, lesson):
    probe = make_question(lesson)
    answer_it(probe, learner_respondent_of(ada))
    Question.objects.filter(pk=probe.pk).update(position=None)

    assert reading_in(soil.pk) == {lesson.pk: 1}


def test_the_page_of_a_track_says_how_many_are_reading(iris, ada, soil, lesson, probe):
    answer_it(probe, learner_respondent_of(ada))
    page = admin_client(iris).get(reverse("admin:courses_track_change", args=[soil.pk]))

    cells = re.findall(r"field-reading .*?</td>", page.content.decode(), re.DOTALL)
    said = [re.findall(r">\s*(\d+)\s*<", cell) for cell in cells]
    assert [number for number in said if number] == [["1"], ["0"]]


def learner_respondent_of(learner: User) -> Respondent:
    return Respondent.objects.get(pk=learner_respondent(learner, None))
