"""Two people in one lesson or track: the second save is stopped, and loses nothing."""

import re
from functools import partial
from html import unescape
from threading import Barrier

import pytest
from django.db import transaction
from django.urls import reverse

from courses.audience import Audience
from courses.groups import LearnerGroup, TrackGroup
from courses.models import Lesson, Track
from courses.publishing import publish_lessons, publish_track
from exchange.keeping import keep_found
from exchange.two_saves import is_same
from tests.admin_forms import added_row, admin_client, fields_in, fields_of, in_thread
from tests.factories import make_instructor, make_lesson, make_question
from tests.threads import at_once, wait_until_somebody_waits

NEW = "questions-__prefix__-"  # begins the fields of the row that is copied


def page_of(row) -> str:
    return reverse(f"admin:courses_{row._meta.model_name}_change", args=[row.pk])


def words(response) -> str:
    """What the page says, without its tags."""
    text = re.sub(r"<[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


@pytest.fixture
def two(iris, ruth, lesson, probe):
    """Iris and Ruth have opened the same lesson: their clients and fields."""
    clients = admin_client(iris), admin_client(ruth)
    return [(client, fields_of(client, page_of(lesson))) for client in clients]


@pytest.fixture
def stopped(two, lesson):
    """Ruth saved first; the page that Iris then gets, and her client."""
    (iris, mine), (ruth, theirs) = two
    theirs |= {"markdown": "Ruth's words.", "questions-0-prompt": "Ruth's question?"}
    assert ruth.post(page_of(lesson), theirs).status_code == 302
    mine |= {"markdown": "Iris' words.", "title": "Iris' title", "_save": "Save"}
    return iris, iris.post(page_of(lesson), mine)


def test_the_second_save_shows_both_versions_and_stores_nothing(stopped, lesson):
    _client, page = stopped

    assert page.status_code == 409
    said = words(page)
    for part in "Ruth's words.", "Iris' words.", "Ruth's question?", "Iris' title":
        assert part in said
    assert re.search(r"Last saved: .* Ruth\.", said)
    lesson.refresh_from_db()
    assert (lesson.title, lesson.markdown) == ("Probe the soil", "Ruth's words.")


def test_mine_is_kept_over_the_other(stopped, lesson, probe):
    client, page = stopped

    assert client.post(page_of(lesson), fields_in(page)).status_code == 302

    lesson.refresh_from_db()
    probe.refresh_from_db()
    assert (lesson.title, lesson.markdown) == ("Iris' title", "Iris' words.")
    assert probe.prompt == "Where does the probe go?"
    texts = lesson.versions.order_by("pk").values_list("text", flat=True)
    assert any("Ruth's words." in text for text in texts)  # the history has it


def test_one_goes_on_editing_mine_and_saves_it(stopped, lesson):
    client, page = stopped

    again = client.post(page_of(lesson), fields_in(page) | {"edit": "on"})

    assert again.status_code == 200
    assert "Nothing of it is saved yet." in words(again)
    lesson.refresh_from_db()
    assert lesson.markdown == "Ruth's words."
    fields = {k: v for k, v in fields_in(again).items() if "__prefix__" not in k}
    assert fields["markdown"] == "Iris' words."
    assert client.post(page_of(lesson), fields).status_code == 302
    lesson.refresh_from_db()
    assert lesson.markdown == "Iris' words."


def test_a_question_can_be_added_to_what_was_brought_back(iris, lesson, probe):
    client = admin_client(iris)
    kept = fields_of(client, page_of(lesson))  # a browser keeps no hidden row either

    page = client.post(page_of(lesson), kept | {"markdown": "Mine.", "edit": "on"})

    assert "ManagementForm data is missing" not in words(page)
    sent = fields_in(page)
    new = {n.replace("__prefix__", "1", 1): v for n, v in sent.items() if NEW in n}
    sent = {n: v for n, v in sent.items() if "__prefix__" not in n} | new
    sent |= {"questions-TOTAL_FORMS": "2", "questions-1-prompt": "And now?"}
    sent |= {"questions-1-choices-0-text": "Yes", "questions-1-choices-1-text": "No"}
    sent |= {"questions-1-choices-0-is_right": "on", "_save": "Save"}
    assert client.post(page_of(lesson), sent).status_code == 302
    assert lesson.questions.get(prompt="And now?").choices.count() == 2


def test_a_third_save_in_between_stops_mine_once_more(stopped, lesson):
    client, page = stopped
    Lesson.objects.filter(pk=lesson.pk).update(markdown="A third.")

    for extra in {}, {"edit": "on"}:
        again = client.post(page_of(lesson), fields_in(page) | extra)
        assert again.status_code == 409
        assert "A third." in words(again)


def test_ones_own_second_tab_counts_as_well(two, lesson):
    (client, fields), _ruth = two
    assert client.post(page_of(lesson), fields | {"title": "One"}).status_code == 302

    page = client.post(page_of(lesson), fields | {"title": "Two"})

    assert page.status_code == 409


def test_the_same_save_twice_is_no_conflict(two, lesson):
    (client, fields), _ruth = two

    for _ in range(2):
        sent = client.post(page_of(lesson), fields | {"title": "One"})
        assert sent.status_code == 302


def test_what_was_typed_into_questions_is_sent_on(two, lesson, probe):
    (client, fields), (ruth, theirs) = two
    ruth.post(page_of(lesson), theirs | {"title": "Other"})
    new = added_row(client, page_of(lesson), "questions", 1)
    fields |= new | {
        "questions-TOTAL_FORMS": "2",
        "questions-0-choices-1-feedback": "  two\r\n\r\nlines & <b>",
        "questions-1-prompt": "Iris' new question?",
        "questions-1-kind": "number",
        "questions-1-tolerance": "no number",
        "questions-1-choices-TOTAL_FORMS": "1",
        "questions-1-choices-INITIAL_FORMS": "0",
        "questions-1-choices-0-text": "31",
    }

    page = client.post(page_of(lesson), fields)

    assert page.status_code == 409
    assert "Iris' new question?" in words(page)
    sent_on = fields_in(page)
    assert {k: v for k, v in fields.items() if sent_on.get(k) != v}.keys() == {
        "as_loaded",
        "csrfmiddlewaretoken",
    } & fields.keys()


def test_a_question_that_the_other_added_stays(two, lesson, probe):
    (client, fields), _ruth = two
    make_question(lesson, "Added meanwhile?")
    page = client.post(page_of(lesson), fields | {"title": "Mine"})
    assert page.status_code == 409

    assert client.post(page_of(lesson), fields_in(page)).status_code == 302

    asked = lesson.questions.order_by("position").values_list("prompt", flat=True)
    assert list(asked) == [probe.prompt, "Added meanwhile?"]


def test_no_text_is_lost_where_the_other_took_rows_away(iris, ruth, lesson, probe):
    second = make_question(lesson, "The second?")
    client = admin_client(iris)
    fields = fields_of(client, page_of(lesson))
    fields |= {
        "questions-0-prompt": "My first?",
        "questions-0-choices-2-text": "My choice",
        "questions-1-prompt": "My second?",
        "questions-1-choices-2-text": "My other choice",
    }
    probe.delete()
    second.choices.get(position=1).delete()
    second.choices.filter(position=2).update(is_right=True)

    page = client.post(page_of(lesson), fields)
    again = client.post(page_of(lesson), fields_in(page) | {"edit": "on"})

    back = {k: v for k, v in fields_in(again).items() if "__prefix__" not in k}
    typed = {name for name in fields if name.startswith("questions-")}
    assert {n: back.get(n) for n in typed if not n.endswith(("-id", "-question"))} == {
        n: fields[n] for n in typed if not n.endswith(("-id", "-question"))
    }
    refused = client.post(page_of(lesson), back)
    assert "A row is gone since this page was loaded" in words(refused)
    gone = {"questions-0-DELETE": "on", "questions-1-choices-0-DELETE": "on"}
    gone |= {"questions-1-choices-1-is_right": "on"}
    assert client.post(page_of(lesson), back | gone).status_code == 302
    assert [q.prompt for q in lesson.questions.all()] == ["My second?"]
    texts = second.choices.order_by("position").values_list("text", flat=True)
    assert list(texts) == ["Not so", "My other choice"]


def test_rows_that_the_other_moved_stand_beside_their_own_text(iris, lesson, probe):
    make_question(lesson, "The second?")
    client = admin_client(iris)
    fields = fields_of(client, page_of(lesson))
    moved = {"questions-0-position": "2", "questions-1-position": "1"}
    assert client.post(page_of(lesson), fields | moved).status_code == 302

    page = client.post(page_of(lesson), fields | {"questions-1-prompt": "Mine?"})
    again = client.post(page_of(lesson), fields_in(page) | {"edit": "on"})

    titles = re.findall(
        r"<h3.*?<strong[^>]*>(.*?)</strong>", again.content.decode(), re.DOTALL
    )
    assert titles[:2] == [probe.prompt, "Mine?"]


def test_publishing_and_learning_stop_no_save(two, soil, lesson, probe, ada):
    (client, fields), _ruth = two
    Lesson.objects.filter(pk=lesson.pk).update(published_at=None)
    publish_lessons([lesson.pk])
    published = Lesson.objects.get(pk=lesson.pk).published_at

    assert client.post(page_of(lesson), fields | {"title": "One"}).status_code == 302

    assert Lesson.objects.get(pk=lesson.pk).published_at == published


# A track


def test_the_second_save_of_a_track_is_stopped(iris, ruth, soil):
    clients = admin_client(iris), admin_client(ruth)
    mine, theirs = [fields_of(client, page_of(soil)) for client in clients]
    clients[1].post(page_of(soil), theirs | {"description": "Ruth's words."})

    page = clients[0].post(page_of(soil), mine | {"description": "Iris' words."})

    assert page.status_code == 409
    assert "Ruth's words." in words(page)
    assert clients[0].post(page_of(soil), fields_in(page)).status_code == 302
    soil.refresh_from_db()
    assert soil.description == "Iris' words."


def test_who_may_learn_a_track_is_not_set_back_by_a_later_save(iris, soil):
    client = admin_client(iris)
    group = LearnerGroup.objects.create(name="Gardeners")
    fields = fields_of(client, page_of(soil))
    TrackGroup.objects.create(track=soil, group=group)
    Track.objects.filter(pk=soil.pk).update(audience=Audience.GROUPS)

    page = client.post(page_of(soil), fields | {"description": "Words."})

    assert page.status_code == 409
    assert "Gardeners" in words(page)
    soil.refresh_from_db()
    assert soil.audience == Audience.GROUPS


def test_two_orders_of_lessons_meet(iris, soil):
    client = admin_client(iris)
    make_lesson(soil, "third")
    fields = fields_of(client, page_of(soil))
    one = {"lessons-0-position": "2", "lessons-1-position": "1"}
    assert client.post(page_of(soil), fields | one).status_code == 302

    page = client.post(
        page_of(soil), fields | {"lessons-1-position": "3", "lessons-2-position": "2"}
    )

    assert page.status_code == 409
    assert "2. Third" in words(page)


def test_a_lesson_added_published_or_renamed_stops_no_save_of_its_track(iris, soil):
    client = admin_client(iris)
    fields = fields_of(client, page_of(soil))
    make_lesson(soil, "third")
    soil.lessons.filter(slug="water-it").update(title="Water it well")
    publish_track(soil)

    saved = client.post(page_of(soil), fields | {"description": "Words."})

    assert saved.status_code == 302
    assert soil.lessons.get(slug="third").position == 3


@pytest.mark.parametrize(
    ("loaded", "now", "same"),
    [
        ("a 1 2 3", "a 1 2 3", True),
        ("a 1 2 3", "a 1 3 4", True),
        ("a 1 2 3", "a 2 1 3", False),
        ("a 1 2", "b 1 2", False),
        ("a", "a", True),
    ],
)
def test_lessons_that_came_or_went_do_not_matter(loaded, now, same):
    assert is_same(loaded, now) is same


# At the same moment


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asks", [True, False])
def test_of_two_saves_at_the_same_moment_one_is_stopped(asks, iris, ruth, lesson):
    if asks:
        make_question(lesson)
    saves = []
    for user in iris, ruth:
        client = admin_client(user)
        fields = fields_of(client, page_of(lesson)) | {"markdown": f"By {user.name}."}
        saves.append(partial(client.post, page_of(lesson), fields))

    pages = at_once(saves)

    assert sorted(page.status_code for page in pages) == [302, 409]
    stored = Lesson.objects.get(pk=lesson.pk).markdown
    lost = {"By Iris.", "By Ruth."} - {stored}
    refused = next(page for page in pages if page.status_code == 409)
    assert lost.pop() in words(refused)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("model", "text"), [("lesson", "markdown"), ("track", "description")]
)
def test_a_save_that_is_not_over_is_waited_for_and_seen(
    model, text, iris, lesson, soil
):
    row = {"lesson": lesson, "track": soil}[model]
    keep_found(soil.pk)  # else the history's first version would wait as well
    client, pages = admin_client(iris), []
    fields = fields_of(client, page_of(row)) | {text: "Iris' words."}
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**{text: "Ruth's words."})
        saving = in_thread(lambda: pages.append(client.post(page_of(row), fields)))
        wait_until_somebody_waits()
    saving.join()

    assert pages[0].status_code == 409
    row.refresh_from_db()
    assert getattr(row, text) == "Ruth's words."


@pytest.mark.django_db(transaction=True)
def test_a_save_of_a_lesson_locks_no_track_which_an_import_locks_first(
    iris, lesson, soil
):
    client, pages = admin_client(iris), []
    fields = fields_of(client, page_of(lesson)) | {"markdown": "Iris' words."}
    with transaction.atomic():
        list(Track.objects.select_for_update(no_key=True).filter(pk=soil.pk))
        saving = in_thread(lambda: pages.append(client.post(page_of(lesson), fields)))
        saving.join(timeout=45)
        is_over = not saving.is_alive()
    saving.join()

    assert is_over
    assert pages[0].status_code == 302


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_saved(monkeypatch, iris, ruth, lesson):
    """The control: both have looked before either of them writes."""
    from exchange import two_saves

    both_looked = Barrier(2, timeout=20)
    look = two_saves.state_now

    def look_and_wait(row):
        found = look(row)
        both_looked.wait()
        return found

    pages = []

    def save(client, fields):
        pages.append(client.post(page_of(lesson), fields))

    saves = []
    for user in iris, ruth:
        client = admin_client(user)
        fields = fields_of(client, page_of(lesson)) | {"markdown": f"By {user.name}."}
        saves.append(partial(save, client, fields))
    monkeypatch.setattr(two_saves.StopsSecondSave, "lock", lambda *_args: None)
    monkeypatch.setattr(two_saves, "state_now", look_and_wait)

    for thread in [in_thread(each) for each in saves]:
        thread.join()

    assert [page.status_code for page in pages] == [302, 302]


# Who, and how much


def test_only_who_may_save_sees_the_others_text(stopped, lesson):
    _client, page = stopped
    other = admin_client(make_instructor("Omar"))

    answer = other.post(page_of(lesson), fields_in(page) | {"as_loaded": "x"})

    assert answer.status_code == 404
    assert "Ruth's words." not in answer.content.decode()
