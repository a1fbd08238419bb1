"""Revising a question in the admin: a copy, a dry run, and what becomes of answers."""

import re
from functools import partial
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from courses.models import Enrollment
from exchange.stored import export_track
from gradus.me import erase_account
from quizzes.log import Person, answered_in
from quizzes.models import Choice, Question
from quizzes.regrade_models import Regrade
from quizzes.regrades import take_back
from quizzes.services import lock_questions, retire_question
from tests.admin_forms import added_row, admin_client, fields_in, fields_of, in_thread
from tests.factories import make_question, make_user
from tests.quizzes.mending import answer, by_map, full, own, revise
from tests.threads import at_once, wait_until_somebody_waits

pytestmark = pytest.mark.django_db


def address(name: str, pk: int) -> str:
    return reverse(f"admin:quizzes_{name}", args=[pk])


def revising(question: Question) -> str:
    return address("question_revise", question.pk)


def credit_of(learner, track):
    (row,) = answered_in(Person(learner_id=learner.pk), [track.pk])
    return row.credit


@pytest.fixture
def answered(ada, ben, probe):
    """Ada picked what is right, Ben what is not."""
    answer(own(ada), probe, "Right")
    answer(own(ben), probe, "Not so")
    return probe


@pytest.fixture
def desk(iris):
    return admin_client(iris)


def typed(client, question, **changes: str) -> dict[str, str]:
    """What the page sends after these changes; "__" stands for "-"."""
    fields = fields_of(client, revising(question))
    return fields | {name.replace("__", "-"): value for name, value in changes.items()}


def look(client, url, fields):
    return client.post(url, fields | {"do": "look"})


def mend(client, url, fields):
    """Look at the dry run, then press the button that it offers."""
    page = look(client, url, fields)
    assert page.status_code == 200
    seen = {n: v for n, v in fields_in(page).items() if "__prefix__" not in n}
    assert "seen" in seen, re.findall(
        "text-red-600[^>]*>([^<]+)", page.content.decode()
    )
    return client.post(url, seen | {"do": "mend"})


class TestTheLessonsPage:
    def page(self, client, lesson) -> str:
        url = reverse("admin:courses_lesson_change", args=[lesson.pk])
        page: str = client.get(url).content.decode()
        return page

    def test_offers_to_revise_what_was_answered(self, desk, lesson, answered):
        free = make_question(lesson, "Nobody?")

        page = self.page(desk, lesson)

        assert revising(answered) in page
        assert revising(free) not in page

    def test_locks_a_question_that_earlier_answers_were_graded_by(
        self, desk, iris, lesson, answered
    ):
        new = revise(answered, "Right", "+Not so", "Nor this")
        take_back(by_map(answered, new, iris), iris)

        page = self.page(desk, lesson)

        assert "Earlier answers were graded by it. So it stays as it is." in page
        assert revising(new) in page

    def test_says_why_a_graded_key_cannot_change_where_it_was_sent_all_the_same(
        self, desk, iris, lesson, answered
    ):
        new = revise(answered, "Right", "+Not so", "Nor this")
        url = reverse("admin:courses_lesson_change", args=[lesson.pk])
        fields = fields_of(desk, url)
        by_map(answered, new, iris)
        fields["questions-0-choices-0-is_right"] = "on"

        page = desk.post(url, fields).content.decode()

        assert "Earlier answers were graded by this question" in page

    def test_lists_what_was_retired_and_replaced(self, desk, lesson, answered):
        revise(answered)
        gone = make_question(lesson, "Which moon is ours?")
        retire_question(gone)

        page = self.page(desk, lesson)

        assert "Retired and replaced questions" in page
        assert address("question_versions", answered.pk) in page
        assert address("question_versions", gone.pk) in page


class TestTheCopy:
    def test_is_the_question_as_it_is(self, desk, answered):
        fields = fields_of(desk, revising(answered))

        assert fields["prompt"] == answered.prompt
        assert fields["choices-0-text"] == "Right"
        assert fields["choices-0-is_right"] == "on"
        assert fields["choices-2-feedback"] == "About Nor this."
        assert fields["way"] == "keep"

    def test_replaces_the_question_and_leaves_it_as_it_was(self, desk, soil, answered):
        before = Question.objects.values().get()
        fields = typed(
            desk, answered, prompt="Where does it go?", choices__1__text="Up"
        )

        response = mend(desk, revising(answered), fields)

        new = Question.objects.current().get()
        assert response.url == address("question_versions", new.pk) + "#saved"
        assert new.prompt == "Where does it go?"
        assert list(new.choices.values_list("text", "is_right", "feedback")) == [
            ("Right", True, "About Right."),
            ("Up", False, "About Not so."),
            ("Nor this", False, "About Nor this."),
        ]
        after = Question.objects.values().get(pk=answered.pk)
        assert after == before | {"position": None}
        assert answered.choices.filter(text="Not so").exists()

    def test_takes_new_choices_in_the_order_they_were_dragged_to(self, desk, answered):
        row = added_row(desk, revising(answered), "choices", 3)
        fields = typed(desk, answered) | row
        fields |= {
            "choices-TOTAL_FORMS": "4",
            "choices-3-text": "First of all",
            "choices-1-DELETE": "on",
            "choices-3-position": "0",
            "choices-0-position": "1",
            "choices-2-position": "2",
        }

        mend(desk, revising(answered), fields)

        new = Question.objects.current().get()
        assert [c.text for c in new.choices.order_by("position")] == [
            "First of all",
            "Right",
            "Nor this",
        ]

    def test_becomes_a_question_of_another_kind(self, desk, answered):
        fields = typed(desk, answered, kind="number", tolerance="0.5")
        fields |= {
            "choices-0-text": "2.5",
            "choices-1-DELETE": "on",
            "choices-2-DELETE": "on",
        }
        del fields["choices-0-is_right"]

        mend(desk, revising(answered), fields)

        new = Question.objects.current().get()
        assert (new.kind, new.choices.get().is_right) == ("number", True)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"prompt": ""}, "This field is required."),
            ({"choices-1-is_right": "on"}, "Mark one choice alone as right"),
            ({"choices-1-text": "Right"}, "Two choices are the same."),
            ({"tolerance": "1"}, "Only a number has a tolerance."),
            ({"prompt": "Well?\n\n- [x] Yes"}, "This would read back"),
            ({"explanation": "### More\n\nx"}, "This question has no id."),
            ({"way": "full"}, "Say why, so that learners can read it."),
            ({"way": "nonsense"}, "Select a valid choice."),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_is_held_to_the_rules_of_the_lessons_page(
        self, desk, answered, changes, said
    ):
        fields = typed(desk, answered) | changes | {"explanation": "Kept as typed."}
        fields |= changes

        page = look(desk, revising(answered), fields)

        text = page.content.decode()
        assert said in text
        assert "Not saved" in text or "Nothing is saved yet" in text
        assert "What would change" not in text
        sent = fields_in(page)
        for name, value in changes.items():
            assert name == "way" or sent[name].replace("\r\n", "\n") == value
        assert Question.objects.count() == 1

    def test_can_be_exported_whatever_it_is(self, desk, soil, answered):
        make_question(answered.lesson, "Second?")
        fields = typed(desk, answered, prompt="Where?\n\nWith `code`.")

        mend(desk, revising(answered), fields)

        (first, second) = export_track(soil).lessons[0].questions
        assert first.prompt == "Where?\n\nWith `code`."
        assert second.prompt == "Second?"

    def test_is_offered_for_no_question_that_can_be_edited(self, desk, probe):
        page = desk.get(revising(probe), follow=True)

        assert "Nobody has answered this question: change it" in page.content.decode()

    def test_is_offered_for_the_current_version_alone(self, desk, answered):
        new = revise(answered)

        assert desk.get(revising(answered)).url == address(
            "question_versions", answered.pk
        )
        assert Question.objects.current().get() == new

    def test_says_what_somebody_changed_meanwhile_and_where(self, desk, answered):
        url = revising(answered)
        fields = typed(desk, answered, choices__0__feedback="Mine.")
        first, second, third = answered.choices.order_by("position")
        Choice.objects.filter(pk=first.pk).update(feedback="Ruth's words.")
        Choice.objects.filter(pk=second.pk).update(position=3)
        Choice.objects.filter(pk=third.pk).update(position=2)

        page = " ".join(desk.post(url, fields).content.decode().split())

        assert (
            "Somebody has changed this question since you opened this page: "
            "the feedback of a choice, the order of the choices." in page
        )
        assert "Their order now: Right · Nor this · Not so" in page
        assert "Stored now: “Ruth&#x27;s words.”" in page
        assert page.count("Stored now:") == 1

    @pytest.mark.parametrize("has_looked", [False, True])
    def test_loses_no_word_that_somebody_wrote_into_the_question_meanwhile(
        self, desk, answered, has_looked
    ):
        url = revising(answered)
        fields = typed(desk, answered, prompt="Where does it go?", explanation="Mine.")
        if has_looked:
            fields = fields_in(look(desk, url, fields)) | {"do": "mend"}
        Question.objects.filter(pk=answered.pk).update(explanation="Ruth's words.")

        page = desk.post(url, fields)

        assert page.status_code == 409
        assert "Stored now: “Ruth&#x27;s words.”" in page.content.decode()
        back = {n: v for n, v in fields_in(page).items() if "__prefix__" not in n}
        assert (back["prompt"], back["explanation"]) == ("Where does it go?", "Mine.")
        assert not Question.objects.filter(replaces=answered).exists()

        done = mend(desk, url, back)  # after all

        assert Question.objects.get(replaces=answered).explanation == "Mine."
        assert done.url.endswith("/versions/#saved")  # so the browser keeps no text


class TestEarlierAnswers:
    def test_stay_as_they_were_unless_told_otherwise(
        self, desk, ada, ben, soil, answered
    ):
        mend(desk, revising(answered), typed(desk, answered, prompt="Where?"))

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (1, 0)
        assert not Regrade.objects.exists()

    def test_are_given_full_credit(self, desk, iris, ada, ben, soil, answered):
        fields = typed(desk, answered, way="full", reason="Both are right.")

        mend(desk, revising(answered), fields)

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (1, 1)
        made = Regrade.objects.get()
        assert (made.by, made.reason) == (iris, "Both are right.")

    def test_are_graded_by_a_map(self, desk, ada, ben, soil, answered):
        fields = typed(desk, answered, way="map", reason="It was the other.")
        del fields["choices-0-is_right"]
        fields |= {"choices-1-is_right": "on", "choices-1-text": "Down"}

        mend(desk, revising(answered), fields)

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (0, 1)

    def test_a_choice_is_mapped_to_the_one_of_the_same_text_unless_changed(
        self, desk, ada, ben, soil, answered
    ):
        fields = typed(desk, answered, way="map", reason="They are one.")
        assert [fields[f"same_{n}"] for n in range(3)] == ["0", "1", "2"]
        fields |= {"choices-1-DELETE": "on", "same_1": "0"}

        mend(desk, revising(answered), fields)

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (1, 1)

    def test_a_map_to_a_choice_that_was_taken_out_is_refused(self, desk, answered):
        fields = typed(desk, answered, way="map", reason="Because.")
        fields["choices-1-DELETE"] = "on"

        page = look(desk, revising(answered), fields).content.decode()

        assert "This choice was taken out. Choose another." in page

    def test_between_picked_and_typed_there_is_no_map(self, desk, answered):
        fields = typed(desk, answered, kind="text", way="map", reason="Because.")

        page = look(desk, revising(answered), fields).content.decode()

        assert "What was picked cannot be graded as if it had been typed" in page

    def test_typed_ones_are_graded_again(self, desk, ada, ben, soil, lesson):
        text = make_question(lesson, "Soil?", kind="text", right=("Loam",))
        answer(own(ada), text, "clay")
        answer(own(ben), text, "sand")
        fields = typed(desk, text, way="map", reason="Clay is one, too.")
        fields |= added_row(desk, revising(text), "choices", 1)
        fields |= {"choices-TOTAL_FORMS": "2", "choices-1-text": "Clay"}

        mend(desk, revising(text), fields)

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (1, 0)

    @pytest.mark.parametrize(
        "reason",
        [
            "Ada Byron was right.",
            "As ADA   byron said, it misled.",
            "Ａｄａ Ｂｙｒｏｎ was right.",
            "Ask ben@example.org.",
            "Will said so.",
        ],
    )
    def test_a_reason_that_names_a_learner_of_the_track_is_refused(
        self, desk, ada, soil, answered, reason
    ):
        User.objects.filter(pk=ada.pk).update(name="Ada Byron")
        Enrollment.objects.create(learner=make_user("Will"), track=soil)
        fields = typed(desk, answered, way="full", reason=reason)

        page = look(desk, revising(answered), fields).content.decode()

        assert "names a person. The reason stays" in page
        assert "Say why" not in page
        assert fields_in(look(desk, revising(answered), fields))["reason"] == reason
        assert not Regrade.objects.exists()

    @pytest.mark.parametrize(
        "reason", ["It will be clearer.", "Byron is no soil.", "Ida was meant."]
    )
    def test_a_reason_that_names_no_learner_of_the_track_is_kept(
        self, desk, ada, soil, answered, reason
    ):
        User.objects.filter(pk=ada.pk).update(name="Ada Byron")
        Enrollment.objects.create(learner=make_user("Will"), track=soil)
        make_user("Ida")  # she learns elsewhere
        fields = typed(desk, answered, way="full", reason=reason)

        mend(desk, revising(answered), fields)

        assert Regrade.objects.get().reason == reason

    def test_a_later_regrade_refuses_such_a_reason_too(self, desk, ada, answered):
        revise(answered)
        url = address("question_regrade", answered.pk)
        fields = fields_of(desk, url) | {"way": "full", "reason": "Ada was right."}

        page = look(desk, url, fields).content.decode()

        assert "“Ada” names a person." in page


class TestTheDryRun:
    def test_comes_first_even_if_the_second_button_is_sent(self, desk, answered):
        fields = typed(desk, answered, way="full", reason="Because.")

        page = desk.post(revising(answered), fields | {"do": "mend"})

        assert "What would change" in page.content.decode()
        assert Question.objects.count() == 1

    def test_says_how_many_scores_move_and_draws_them(self, desk, answered):
        fields = typed(desk, answered, way="full", reason="Because.")

        page = look(desk, revising(answered), fields).content.decode()

        assert "score of 1 learner moves, of 2 who have one" in " ".join(page.split())
        assert 'class="rise"' in page
        assert '<td class="number">0\u00a0%</td>' in page
        assert "Certificates already issued do not move." in page
        assert not Regrade.objects.exists()

    def test_says_that_nothing_moves(self, desk, answered):
        page = look(desk, revising(answered), typed(desk, answered)).content.decode()

        assert "No learner&#x27;s score moves." in page or (
            "No learner's score moves." in page
        )

    def test_is_shown_again_where_something_was_changed_after_it(self, desk, answered):
        fields = typed(desk, answered, way="full", reason="Because.")
        seen = fields_in(look(desk, revising(answered), fields))

        page = desk.post(
            revising(answered), seen | {"prompt": "Other?", "do": "mend"}
        ).content.decode()

        assert "What would change" in page
        assert "Other?" in page
        assert Question.objects.count() == 1

    def test_keeps_everything_that_was_typed(self, desk, answered):
        fields = typed(
            desk,
            answered,
            prompt="Other?",
            way="map",
            reason="Because.",
            same_0="",
            choices__2__feedback="Not down there.",
        )

        sent = fields_in(look(desk, revising(answered), fields))

        assert {n: v for n, v in sent.items() if "__prefix__" not in n} == fields | {
            "seen": sent["seen"]
        } | {n: sent[n] for n in fields if n == "csrfmiddlewaretoken"}

    def test_costs_as_many_statements_with_many_answers(self, desk, probe):
        counts = []
        for size in (10, 200):
            for number in range(size):
                answer(own(make_user(f"L{number}of{size}")), probe, "Not so")
            fields = typed(desk, probe, way="map", reason="Because.")
            with CaptureQueriesContext(connection) as statements:
                assert look(desk, revising(probe), fields).status_code == 200
            counts.append(len(statements))

        assert counts[0] == counts[1]


class TestWhatIsLogged:
    def test_who_revised_what_and_why(self, desk, iris, lesson, answered):
        fields = typed(desk, answered, prompt="Well?", way="full", reason="Both are.")

        mend(desk, revising(answered), fields)

        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id) == (iris, str(lesson.pk))
        for said in ("“Well?” was revised", "Full credit", "Both are."):
            assert said in entry.change_message


class TestVersions:
    def test_both_are_shown_with_how_many_answered_each(self, desk, ada, answered):
        new = revise(answered, "Right", "+Not so", "Nor this")
        answer(own(ada), new, "Not so")

        for version in (answered, new):
            page = desk.get(address("question_versions", version.pk)).content.decode()
            assert "2 people have answered it." in page
            assert "1 person has answered it." in page
            assert "asked now" in page
            assert "replaced" in page
            assert answered.prompt in page

    def test_a_retired_question_is_shown_with_its_day(self, desk, answered):
        retire_question(answered)

        page = desk.get(address("question_versions", answered.pk)).content.decode()

        assert "retired on" in page
        assert "Regrade these answers" not in page
        assert address("question_history", answered.pk) in page

    def test_a_regrade_is_listed_with_who_and_why(self, desk, iris, answered):
        new = revise(answered)
        full(new, iris, "Both are right.")

        page = desk.get(address("question_versions", new.pk)).content.decode()

        assert "Both are right." in page
        assert "by Iris" in page
        assert "Take back" in page

    def test_a_regrade_outlives_the_account_of_who_made_it(self, iris, ruth, answered):
        made = full(revise(answered), iris)
        erase_account(iris, withdraw=False)

        for page in (
            address("question_versions", made.target_id),
            address("regrade_take_back", made.pk),
        ):
            said = admin_client(ruth).get(page).content.decode()
            assert "by Erased account" in said

    def test_cost_as_many_statements_with_many_regrades(self, desk, iris, answered):
        new = revise(answered)
        counts = []
        for size in (1, 10):
            for number in range(size):
                by = make_user(f"By-{number}-of-{size}")
                take_back(full(new, by), make_user(f"Back-{number}-of-{size}"))
            with CaptureQueriesContext(connection) as statements:
                desk.get(address("question_versions", new.pk))
            counts.append(len(statements))

        assert counts[0] == counts[1]

    def test_cost_as_many_statements_with_many_answers(self, desk, iris, probe):
        counts = []
        for size in (10, 200):
            for number in range(size):
                answer(own(make_user(f"L{number}of{size}")), probe, "Not so")
            with CaptureQueriesContext(connection) as statements:
                desk.get(address("question_versions", probe.pk))
            counts.append(len(statements))

        assert counts[0] == counts[1]


class TestRegradingLater:
    @pytest.fixture
    def new(self, answered):
        return revise(answered, "Right", "+Not so", "Nor this")

    def test_by_a_map_whose_pairs_are_chosen_where_texts_are_equal(
        self, desk, ada, ben, soil, answered, new
    ):
        url = address("question_regrade", answered.pk)
        fields = fields_of(desk, url) | {"way": "map", "reason": "Because."}
        later = {str(c.pk): c.text for c in new.choices.all()}
        assert later[fields["same_1"]] == "Not so"

        response = mend(desk, url, fields)

        assert response.url == address("question_versions", new.pk)
        assert (credit_of(ada, soil), credit_of(ben, soil)) == (0, 1)
        assert "regraded" in LogEntry.objects.get().change_message

    def test_with_full_credit(self, desk, ada, ben, soil, answered, new):
        url = address("question_regrade", answered.pk)

        mend(desk, url, fields_of(desk, url) | {"way": "full", "reason": "Because."})

        assert (credit_of(ada, soil), credit_of(ben, soil)) == (1, 1)

    def test_needs_a_reason(self, desk, answered, new):
        url = address("question_regrade", answered.pk)

        page = look(desk, url, fields_of(desk, url)).content.decode()

        assert "Say why, so that learners can read it." in page

    def test_of_the_current_version_leads_to_the_versions(self, desk, answered):
        url = address("question_regrade", answered.pk)

        assert desk.get(url).url == address("question_versions", answered.pk)

    def test_is_kind_when_the_new_version_was_replaced_meanwhile(
        self, desk, answered, new
    ):
        url = address("question_regrade", answered.pk)
        fields = fields_of(desk, url) | {"way": "map", "reason": "Because."}
        seen = fields_in(look(desk, url, fields))
        revise(new)

        page = desk.post(url, seen | {"do": "mend"})

        assert page.status_code == 200
        assert "Because." in page.content.decode()
        assert not Regrade.objects.exists()


class TestTakingBack:
    @pytest.fixture
    def made(self, iris, answered):
        return full(revise(answered), iris, "Both are right.")

    def test_is_asked_first_with_what_would_change(self, desk, made):
        page = desk.get(address("regrade_take_back", made.pk)).content.decode()

        assert "Both are right." in page
        assert 'class="fall"' in page
        made.refresh_from_db()
        assert made.taken_back_at is None

    def test_makes_the_answers_count_as_before(self, desk, iris, ben, soil, made):
        response = desk.post(address("regrade_take_back", made.pk))

        assert response.url == address("question_versions", made.target_id)
        assert credit_of(ben, soil) == 0
        made.refresh_from_db()
        assert made.taken_back_by == iris
        assert "is taken back" in LogEntry.objects.get().change_message

    def test_twice_is_said_kindly(self, desk, made):
        url = address("regrade_take_back", made.pk)
        desk.post(url)

        page = desk.post(url, follow=True)

        assert "It was taken back before." in page.content.decode()
        assert "Taken back" in page.content.decode()
        assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_two_who_revise_one_question_one_is_refused_and_keeps_the_text(
        self, iris, ruth, answered
    ):
        tasks = []
        for user, prompt in ((iris, "From Iris?"), (ruth, "From Ruth?")):
            client = admin_client(user)
            fields = typed(client, answered, prompt=prompt)
            seen = fields_in(look(client, revising(answered), fields))
            seen = {n: v for n, v in seen.items() if "__prefix__" not in n}
            tasks.append(
                partial(client.post, revising(answered), seen | {"do": "mend"})
            )

        pages = at_once(tasks)

        assert sorted(page.status_code for page in pages) == [302, 409]
        (refused,) = [page for page in pages if page.status_code == 409]
        text = refused.content.decode()
        assert "Somebody else has just revised or retired this question." in text
        new = Question.objects.current().get()
        other = "From Iris?" if new.prompt == "From Ruth?" else "From Ruth?"
        assert other in text

    def test_an_answer_that_is_being_stored_is_waited_for_and_regraded(
        self, desk, ada, ben, soil, answered
    ):
        cleo = make_user("Cleo")
        fields = typed(desk, answered, way="full", reason="Because.")
        with transaction.atomic():
            answer(own(cleo), answered, "Not so")
            mending = in_thread(partial(mend, desk, revising(answered), fields))
            mending.join(timeout=1)
            assert mending.is_alive()
        mending.join()

        assert credit_of(cleo, soil) == 1

    def test_words_that_are_being_saved_are_waited_for_and_shown(self, desk, answered):
        url, pages = revising(answered), []
        fields = typed(desk, answered, prompt="Where does it go?")
        seen = fields_in(look(desk, url, fields))
        sent = {n: v for n, v in seen.items() if "__prefix__" not in n}
        with transaction.atomic():
            (locked,) = lock_questions(answered.lesson)
            Question.objects.filter(pk=locked.pk).update(explanation="Ruth's words.")
            mending = in_thread(
                lambda: pages.append(desk.post(url, sent | {"do": "mend"}))
            )
            wait_until_somebody_waits()
        mending.join()

        assert pages[0].status_code == 409
        assert "Stored now: “Ruth&#x27;s words.”" in pages[0].content.decode()
        assert not Question.objects.filter(replaces=answered).exists()

    def test_comparing_before_the_lock_loses_them(self, answered):
        """The control: nothing had changed when the copy was compared."""
        between = Barrier(2)

        def naive() -> None:
            with transaction.atomic():
                copy = Question.objects.get(pk=answered.pk)
                between.wait(timeout=45)
                between.wait(timeout=45)
                assert copy.explanation != "Ruth's words."
                revise(copy, explanation=copy.explanation)

        def save() -> None:
            between.wait(timeout=45)
            Question.objects.filter(pk=answered.pk).update(explanation="Ruth's words.")
            between.wait(timeout=45)

        assert at_once([naive, save]) == [None, None]
        new = Question.objects.get(replaces=answered)
        assert new.explanation != "Ruth's words."


def test_only_who_teaches_the_track_mends_its_questions(
    probe, omar, iris, ada, answered
):
    new = revise(answered)
    made = full(new, iris)
    other = admin_client(omar)
    for url in [
        revising(new),
        address("question_versions", probe.pk),
        address("question_regrade", probe.pk),
        address("regrade_take_back", made.pk),
    ]:
        assert other.get(url).status_code == 404
        assert other.post(url).status_code == 404
        assert admin_client(ada).post(url).status_code == 302  # to the sign-in
    assert Choice.objects.filter(question=new).count() == 3
    made.refresh_from_db()
    assert made.taken_back_at is None
