"""A zip in the admin: uploaded, looked at, then applied or cancelled."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Lesson, Picture, Track, TrackInstructor
from courses.picture_services import (
    MAX_PICTURES,
    MAX_TRACK_BYTES,
    add_picture,
    picture_row,
)
from courses.picture_store import read_kept
from courses.pictures import take_picture
from courses.publishing import publish_lessons
from exchange.models import TrackUpload, Version
from exchange.saving import import_track_folder
from exchange.uploads import MOST_WAITING, open_upload
from exchange.zip_files import MAX_ARCHIVE_BYTES
from gradus.upload_limit import MAX_BYTES
from quizzes.models import Question
from tests.admin_forms import admin_client
from tests.drawings import png
from tests.exchange.folders import FILES, LOAM, PEAT, TRACK, run, write_folder
from tests.exchange.test_import_answered import answer
from tests.exchange.zips import zip_of
from tests.factories import make_instructor

pytestmark = pytest.mark.django_db

START = "/admin/courses/track/import/"
START_FINEST, END_FINEST = (
    LOAM.index("### Which grain"),
    LOAM.index("### Which of them"),
)
SHORTER = LOAM[:START_FINEST] + LOAM[END_FINEST:]


def send(
    client: Client, archive: bytes, name: str = "earth.zip", **headers: str
) -> Any:
    file = SimpleUploadedFile(name, archive, "application/zip")
    return client.post(START, {"folder": file}, headers=headers)


def look(client: Client, archive: bytes) -> Any:
    """The page that shows what the zip would change."""
    sent = send(client, archive)
    assert sent.status_code == 302, said(sent)
    return client.get(sent["Location"])


def said(page: Any) -> str:
    """The text of a page, on one line."""
    main = page.content.decode().partition('id="content"')[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def agree(client: Client, page: Any, *ticked: str) -> Any:
    agreed = re.search(r'name="agreed" value="(\w+)"', page.content.decode())
    assert agreed
    data = {"agreed": agreed[1], "retire": ticked}
    return client.post(page.request["PATH_INFO"], data)


def messages_of(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


@pytest.fixture
def earth(tmp_path, db) -> Track:
    """The track, published; somebody answered `finest`."""
    import_track_folder(write_folder(tmp_path), publish=True)
    answer("finest")
    return Track.objects.get(slug="earth")


@pytest.fixture
def uma(earth) -> User:
    return make_instructor("Uma", earth)


@pytest.fixture
def desk(uma) -> Client:
    return admin_client(uma)


class TestLookingAtAZip:
    def test_shows_what_would_change_and_stores_nothing(self, desk, earth):
        changed = FILES | {"01-loam.md": LOAM.replace("a mixture", "a lovely mixture")}

        page = look(desk, zip_of(changed))

        assert page.status_code == 200
        assert "01-loam.md lesson changed (text)" in said(page)
        assert re.search(r"<ins> ?lovely ?</ins>", page.content.decode())
        assert "lovely" not in Lesson.objects.get(slug="loam").markdown
        assert TrackUpload.objects.count() == 1

    def test_says_that_an_answered_question_is_revised(self, desk):
        page = look(
            desk,
            zip_of(FILES | {"01-loam.md": LOAM.replace("is finest?", "is finer?")}),
        )

        assert (
            "question revised “finest” (question): 1 person has answered it; "
            "that answer stays, and counts as it did line 12" in said(page)
        )

    def test_says_why_a_picture_in_an_answered_question_stays(self, desk):
        asked = LOAM.replace("is finest?", "is finest? ![Three grains](grains.png)")
        files: dict[str, str | bytes] = {**FILES, "01-loam.md": asked}
        agree(desk, look(desk, zip_of(files | {"grains.png": png()})))
        answer("finest")

        page = look(desk, zip_of(files | {"grains.png": png(seed=9)}))

        assert page.status_code == 409
        assert "grains.png: People have answered a question that shows it" in said(page)
        assert "any more" not in page.content.decode()

    def test_offers_to_retire_what_is_missing_and_ticks_nothing(self, desk):
        page = look(desk, zip_of({"track.md": TRACK, "01-loam.md": SHORTER}))

        assert "Retire the question “Which grain is finest?”" in said(page)
        assert "Make the lesson “Peat” a draft" in said(page)
        assert " checked" not in page.content.decode().partition("missing")[2]

    def test_says_when_nothing_would_change_and_offers_nothing_to_apply(self, desk):
        page = look(desk, zip_of())

        assert "nothing changed" in said(page)
        assert "Apply" not in said(page)

    def test_names_each_new_lesson_and_question_of_a_new_track(self, desk):
        page = look(desk, zip_of(folder="moon/"))

        assert "track.md new track" in said(page)
        assert "02-peat.md new lesson new question “carbon” line 10" in said(page)
        assert not Track.objects.filter(slug="moon").exists()

    def test_of_more_text_than_a_page_compares_names_the_changes_alone(
        self, desk, monkeypatch
    ):
        monkeypatch.setattr("exchange.upload_page.MOST_CHARACTERS", len(LOAM) * 2 + 100)
        changed = {
            "01-loam.md": LOAM.replace("a mixture", "a mix"),
            "02-peat.md": PEAT.replace("burns", "glows"),
        }

        page = look(desk, zip_of(FILES | changed))

        assert "<ins>mix</ins>" in page.content.decode()
        assert "glows" not in page.content.decode()
        assert "02-peat.md lesson changed (text) There are too many changed texts" in (
            said(page)
        )

    def test_lists_no_more_warnings_than_a_page_can_show(self, desk):
        dead = LOAM.replace("Loam is", "[x](nowhere.md)\n" * 300 + "Loam is")

        page = look(desk, zip_of(FILES | {"01-loam.md": dead}))

        assert "… and 100 more." in said(page)

    def test_escapes_what_the_zip_says(self, desk):
        hostile = LOAM.replace("Loam is", "<script>alert(1)</script> Loam is")

        page = look(desk, zip_of(FILES | {"01-loam.md": hostile}))

        assert "<script>alert" not in page.content.decode()
        assert "<script>alert(1)</script>" in said(page)


class TestARefusedZip:
    def test_says_all_that_is_wrong_with_file_and_line_and_is_not_kept(self, desk):
        wrong = {
            "track.md": TRACK.replace("title:", "titel:"),
            "01-loam.md": LOAM.replace("[x]", "[y]"),
        }

        page = send(desk, zip_of(wrong))

        assert page.status_code == 422
        assert "Nothing was imported. Correct these" in said(page)
        assert "track.md:2: " in said(page)
        assert "01-loam.md:12: " in said(page)
        assert not TrackUpload.objects.exists()

    @pytest.mark.parametrize(
        "archive", [b"no zip", zip_of({"../track.md": "x"}), zip_of()[:200]]
    )
    def test_says_why(self, desk, archive):
        page = send(desk, archive)

        assert page.status_code == 422
        assert "Nothing was imported. Correct this, and upload again:" in said(page)
        assert not TrackUpload.objects.exists()

    def test_may_be_no_file_or_an_empty_one(self, desk):
        assert desk.post(START).status_code == 422
        assert send(desk, b"").status_code == 422

    def test_may_be_too_large(self, desk):
        page = send(desk, b"PK\x03\x04" + bytes(MAX_ARCHIVE_BYTES))

        assert page.status_code == 422
        assert "This zip is larger than 64 MB." in said(page)

    def test_is_not_even_read_when_no_form_takes_so_much(self, desk):
        page = send(desk, b"PK\x03\x04" + bytes(MAX_BYTES))

        assert page.status_code == 400
        assert not TrackUpload.objects.exists()

    def test_lists_no_more_problems_than_a_page_can_show(self, desk):
        page = send(desk, zip_of({f"/{n}.md": "" for n in range(1000)}, folder=""))

        assert "… and 800 more." in said(page)


class TestATrackOfManyPictures:
    def test_comes_back_out_of_its_own_zip(self, desk, earth):
        """Pictures of seven million bytes each, which take no time to draw."""
        for seed in range(3):
            heavy = png(1440, 1700, seed=seed, compress_level=0)
            add_picture(earth, f"p{seed}.png", heavy)
        archive = desk.get(f"/admin/courses/track/{earth.pk}/zip/").content

        page = look(desk, archive)

        assert len(archive) > 22_000_000
        assert "2 lessons and 4 questions, nothing changed." in said(page)

    def test_fits_into_an_upload_whatever_it_holds(self):
        assert MAX_TRACK_BYTES + MAX_PICTURES * 1_000 < MAX_ARCHIVE_BYTES < MAX_BYTES

    def test_is_drawn_before_a_row_is_locked(self, desk, earth, uma):
        taken = take_picture("soil.png", png())
        look(desk, zip_of(FILES | {"soil.png": taken.content}))

        open_upload(uma, TrackUpload.objects.get().pk)

        picture = picture_row(earth, taken, "soil.png")
        assert read_kept(picture) == taken.content
        assert not Picture.objects.exists()


class TestApplying:
    def test_stores_what_was_shown_and_drops_the_upload(self, desk, earth, uma):
        changed = FILES | {"01-loam.md": LOAM.replace("is finest?", "is finer?")}

        done = agree(desk, look(desk, zip_of(changed)))

        assert done.status_code == 302
        assert done["Location"] == f"/admin/courses/track/{earth.pk}/change/"
        assert Question.objects.current().get(handle="finest").prompt == (
            "Which grain is finer?"
        )
        assert not TrackUpload.objects.exists()
        version = Version.objects.filter(slug="loam").latest("pk")
        assert (version.by, version.what) == (uma, "imported")

    def test_retires_what_was_ticked_and_nothing_else(self, desk):
        page = look(desk, zip_of({"track.md": TRACK, "01-loam.md": SHORTER}))

        agree(desk, page, "loam#finest", "loam#water")

        assert Question.objects.get(handle="finest").retired_at is not None
        assert Question.objects.get(handle="water").retired_at is None
        assert Lesson.objects.get(slug="peat").published_at is not None

    def test_of_a_new_track_makes_a_draft_that_the_person_teaches(self, desk, uma):
        agree(desk, look(desk, zip_of(folder="moon/")))

        moon = Track.objects.get(slug="moon")
        assert moon.published_at is None
        assert [
            teacher.user for teacher in moon.instructors.select_related("user")
        ] == [uma]

    def test_shows_the_changes_anew_when_the_track_changed_meanwhile(self, desk):
        page = look(desk, zip_of({"track.md": TRACK, "01-loam.md": SHORTER}))
        Lesson.objects.filter(slug="loam").update(summary="Mended by somebody.")

        anew = agree(desk, page, "peat")

        assert anew.status_code == 409
        assert "the track has changed since you looked" in said(anew)
        assert "Mended" in said(anew)
        assert 'value="peat" checked' in anew.content.decode()
        assert Lesson.objects.get(slug="loam").summary == "Mended by somebody."
        assert Lesson.objects.get(slug="peat").published_at is not None
        assert agree(desk, anew).status_code == 302
        assert Lesson.objects.get(slug="loam").summary == "Sand, silt and clay."

    def test_shows_the_changes_anew_when_a_question_was_answered_meanwhile(self, desk):
        changed = FILES | {"02-peat.md": PEAT.replace("55 ± 5", "55 ± 6")}
        page = look(desk, zip_of(changed))
        answer("carbon", "57")

        anew = agree(desk, page)

        assert anew.status_code == 409
        assert "question revised “carbon”" in said(anew)

    def test_shows_the_changes_anew_when_a_picture_was_replaced_meanwhile(
        self, desk, earth
    ):
        """By another one than the one that the person agreed to replace."""
        add_picture(earth, "soil.png", png(seed=1))
        page = look(desk, zip_of(FILES | {"soil.png": png(seed=2)}))
        other = admin_client(make_instructor("Vera", earth))
        agree(other, look(other, zip_of(FILES | {"soil.png": png(seed=3)})))
        replaced = Picture.objects.get().digest

        assert agree(desk, page).status_code == 409
        assert Picture.objects.get().digest == replaced

    def test_does_not_mind_one_more_answer_to_an_answered_question(self, desk):
        changed = FILES | {"01-loam.md": LOAM.replace("is finest?", "is finer?")}
        page = look(desk, zip_of(changed))
        answer("finest")

        assert agree(desk, page).status_code == 302

    def test_without_having_looked_shows_the_changes(self, desk):
        page = look(desk, zip_of(FILES | {"01-loam.md": SHORTER}))

        for agreed in ["", "x", "0" * 64]:
            anew = desk.post(page.request["PATH_INFO"], {"agreed": agreed})
            assert anew.status_code == 409
        assert Question.objects.current().count() == 4

    def test_twice_stores_once(self, desk):
        page = look(desk, zip_of(folder="moon/"))

        agree(desk, page)
        again = agree(desk, page)

        assert again.status_code == 302
        assert messages_of(desk.get(again["Location"]))[-1] == (
            "This upload is gone: it was applied, cancelled or too old."
        )
        assert Track.objects.filter(slug="moon").count() == 1

    def test_is_noted_in_the_history_of_the_track(self, desk, earth):
        agree(desk, look(desk, zip_of(FILES | {"01-loam.md": SHORTER})))

        page = desk.get(f"/admin/courses/track/{earth.pk}/history/")
        assert "Earth: 2 lessons and 3 questions imported" in said(page)


class TestAnUpload:
    def test_is_seen_by_nobody_else(self, desk, earth, ruth):
        page = look(desk, zip_of())
        address = page.request["PATH_INFO"]
        for other in [make_instructor("Vera", earth), ruth]:
            client = admin_client(other)
            assert client.get(address).status_code == 404
            assert client.post(address).status_code == 302
            assert client.post(f"{address}cancel/").status_code == 302
        assert TrackUpload.objects.count() == 1

    def test_goes_when_it_is_cancelled(self, desk):
        page = look(desk, zip_of(folder="moon/"))

        done = desk.post(f"{page.request['PATH_INFO']}cancel/")

        assert done.status_code == 302
        assert messages_of(desk.get(done["Location"]))[-1] == "Nothing was imported."
        assert not TrackUpload.objects.exists()
        assert desk.get(page.request["PATH_INFO"]).status_code == 404

    def test_is_cancelled_by_a_post_alone(self, desk):
        page = look(desk, zip_of())

        assert desk.get(f"{page.request['PATH_INFO']}cancel/").status_code == 405

    def test_goes_after_a_day(self, desk):
        page = look(desk, zip_of(folder="moon/"))
        with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
            desk.force_login(User.objects.get(name="Uma"))
            assert desk.get(page.request["PATH_INFO"]).status_code == 404
            assert agree(desk, page).status_code == 302
            assert not Track.objects.filter(slug="moon").exists()
            send(desk, zip_of())
            assert TrackUpload.objects.count() == 1

    def test_goes_after_a_day_also_when_nobody_uploads_anything(self, desk):
        send(desk, zip_of())
        assert run("prune_uploads")[0] == "0 uploads dropped.\n"
        with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
            assert run("prune_uploads")[0] == "1 upload dropped.\n"
        assert not TrackUpload.objects.exists()

    def test_is_kept_once_however_often_it_is_sent(self, desk):
        assert send(desk, zip_of())["Location"] == send(desk, zip_of())["Location"]

    def test_gives_way_to_newer_ones_of_the_same_person(self, desk):
        for number in range(MOST_WAITING + 2):
            send(desk, zip_of(folder=f"moon-{number}/"), f"{number}.zip")

        waiting = TrackUpload.objects.order_by("made_at").values_list("name", flat=True)
        assert list(waiting) == [f"{n}.zip" for n in range(2, MOST_WAITING + 2)]

    def test_is_no_larger_than_the_database_allows(self, uma):
        archive = bytes(MAX_ARCHIVE_BYTES + 1)
        with (
            pytest.raises(IntegrityError, match="upload_has_at_most_64_mb"),
            transaction.atomic(),
        ):
            TrackUpload.objects.create(by=uma, name="a.zip", archive=archive, digest="")

    def test_answers_a_script_with_the_next_address(self, desk):
        sent = send(desk, zip_of(), **{"X-Requested-With": "XMLHttpRequest"})

        assert sent.json() == {"next": f"{START}{TrackUpload.objects.get().pk}/"}


class TestWhoMayImport:
    def test_a_track_of_somebody_else_is_refused_and_nothing_told(self, earth, omar):
        client = admin_client(omar)
        page = send(client, zip_of(FILES | {"01-loam.md": SHORTER}))

        assert page.status_code == 422
        assert "track.md: This address is taken. Give the track another slug." in said(
            page
        )
        assert "finest" not in said(page)

    def test_a_draft_of_somebody_else_is_refused_as_well(self, earth, omar):
        Track.objects.update(published_at=None)

        assert send(admin_client(omar), zip_of()).status_code == 422

    def test_who_teaches_it_no_more_can_neither_look_nor_apply(self, desk, uma):
        page = look(desk, zip_of(FILES | {"01-loam.md": SHORTER}))
        TrackInstructor.objects.filter(user=uma).delete()

        refused = desk.get(page.request["PATH_INFO"])
        assert refused.status_code == 409
        assert "This address is taken." in said(refused)
        assert agree(desk, page).status_code == 409
        assert Question.objects.current().count() == 4

    def test_an_address_that_was_taken_meanwhile_is_refused(self, desk):
        page = look(desk, zip_of(folder="moon/"))
        Track.objects.create(slug="moon", title="Moon", summary="Another's.")

        assert agree(desk, page).status_code == 409
        assert Track.objects.get(slug="moon").title == "Moon"

    def test_an_admin_imports_into_any_track(self, earth, ruth):
        client = admin_client(ruth)

        agree(
            client, look(client, zip_of(FILES | {"01-loam.md": SHORTER})), "loam#finest"
        )

        assert Question.objects.get(handle="finest").retired_at is not None
        assert not TrackInstructor.objects.filter(user=ruth).exists()

    def test_the_export_of_a_person_names_uploads_and_erasure_drops_them(self, desk):
        send(desk, zip_of())

        assert b"earth.zip" in desk.get("/me/export/").content


class TestDownloading:
    def test_gives_a_zip_that_imports_as_the_same_track(self, desk, earth):
        response = desk.get(f"/admin/courses/track/{earth.pk}/zip/")

        assert response["Content-Type"] == "application/zip"
        assert response["Content-Disposition"] == 'attachment; filename="earth.zip"'
        assert "nothing changed" in said(look(desk, response.content))

    def test_gives_the_same_bytes_again(self, desk, earth):
        address = f"/admin/courses/track/{earth.pk}/zip/"

        assert desk.get(address).content == desk.get(address).content

    def test_of_a_track_of_somebody_else_or_of_none_is_the_same_404(self, earth, omar):
        client = admin_client(omar)

        for key in [earth.pk, 0, 987654, "x"]:
            assert client.get(f"/admin/courses/track/{key}/zip/").status_code == 404

    def test_says_what_no_folder_can_say(self, desk, earth):
        Lesson.objects.filter(slug="loam").update(
            markdown="## Check your understanding"
        )

        page = desk.get(f"/admin/courses/track/{earth.pk}/zip/")

        assert page.status_code == 409
        assert "No zip was made. Correct this first:" in said(page)


def test_the_tracks_list_and_a_tracks_page_lead_there(desk, earth):
    listed = desk.get("/admin/courses/track/").content.decode()
    page = desk.get(f"/admin/courses/track/{earth.pk}/change/").content.decode()

    assert f'href="{START}"' in listed
    assert f'href="/admin/courses/track/{earth.pk}/zip/"' in page


def test_the_page_of_a_large_import_takes_as_many_statements_as_of_a_small_one(desk):
    counts = []
    for number in (2, 40):
        files = {"track.md": TRACK}
        for n in range(number):
            asked = f"### Which? {{#q-{n}}}\n\n- [x] This\n- [ ] That\n"
            files[f"{n:02}-lesson-{n}.md"] = PEAT.replace("#carbon", f"#c-{n}") + asked
        archive = zip_of(files, folder=f"of-{number}/")
        address = send(desk, archive)["Location"]
        desk.get(address)
        with CaptureQueriesContext(connection) as captured:
            page = desk.get(address)
        counts.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            assert agree(desk, page).status_code == 302
        counts.append(len(captured))

    assert counts[:2] == counts[2:]


def test_the_same_track_may_be_published_while_it_waits(desk, earth):
    """Publishing is no text: the import was agreed to, and changes nothing of it."""
    Lesson.objects.update(published_at=None)
    page = look(desk, zip_of(FILES | {"02-peat.md": PEAT.replace("burns", "glows")}))
    publish_lessons([Lesson.objects.get(slug="peat").pk])

    assert agree(desk, page).status_code == 302
    peat = Lesson.objects.get(slug="peat")
    assert "glows" in peat.markdown
    assert peat.published_at is not None
