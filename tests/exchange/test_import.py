"""Importing a track folder: what is stored, what stays, what is said."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from courses.models import Lesson, Track
from exchange.saving import import_track_folder
from quizzes.models import Choice, Question
from quizzes.services import retire_question
from tests.exchange.folders import (
    LOAM,
    PEAT,
    TRACK,
    places_of_rows,
    real_folder,
    run,
    write_folder,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def earth(tmp_path: Path) -> Path:
    """The folder, imported once."""
    folder = write_folder(tmp_path)
    import_track_folder(folder)
    Lesson.objects.update(revised_at=timezone.now() - timedelta(days=1))
    return folder


def lesson(slug: str) -> Lesson:
    return Lesson.objects.get(track__slug="earth", slug=slug)


def question(handle: str) -> Question:
    return Question.objects.get(handle=handle)


def was_revised(slug: str) -> bool:
    return lesson(slug).revised_at > timezone.now() - timedelta(hours=1)


def handles(slug: str) -> list[str]:
    current = Question.objects.current().filter(lesson=lesson(slug))
    return list(current.order_by("position").values_list("handle", flat=True))


def test_a_folder_becomes_a_draft_track_with_lessons_and_questions(earth):
    track = Track.objects.get(slug="earth")
    assert (track.title, track.language, track.published_at) == ("Earth", "en", None)
    assert track.description_html == "<p>Two lessons on <em>ground</em>.</p>\n"
    stored = track.lessons.order_by("position")
    assert [(one.position, one.slug, one.published_at) for one in stored] == [
        (1, "loam", None),
        (2, "peat", None),
    ]
    assert stored[0].headings == [[2, "s-what-it-is", "What it is"]]
    assert '<a href="/tracks/earth/peat/"' in stored[0].body_html
    assert stored[0].question_count == 3
    assert handles("loam") == ["finest", "water", "german"]


def test_questions_keep_all_that_the_folder_says_of_them(earth):
    finest, german, carbon = map(question, ["finest", "german", "carbon"])
    choices = finest.choices.order_by("position")
    assert [(c.text, c.is_right, c.feedback) for c in choices] == [
        ("Clay", True, "Below 2 µm."),
        ("Sand", False, ""),
        ("Silt", False, ""),
    ]
    assert finest.explanation_html == "<p>Clay is finest.</p>\n"
    assert (german.kind, german.other_feedback) == ("text", "It sounds alike.")
    assert (carbon.kind, carbon.tolerance) == ("number", Decimal(5))
    assert carbon.choices.get().text == "55"


def test_the_command_says_how_much_was_imported(tmp_path):
    out, err = run("import_track", write_folder(tmp_path))

    assert out == (
        "Earth: 2 lessons and 4 questions imported "
        "(new track, 2 new lessons, 4 new questions).\n"
    )
    assert err == ""


def test_a_second_import_says_nothing_changed_and_writes_no_row(earth):
    before = places_of_rows()

    out, _err = run("import_track", earth)

    assert out == "Earth: 2 lessons and 4 questions, nothing changed.\n"
    assert places_of_rows() == before


def test_whatever_is_reported_was_written_and_nothing_else(earth, tmp_path):
    before = {row[:2]: row[2] for row in places_of_rows()}
    write_folder(tmp_path, loam=LOAM.replace("Below 2 µm.", "Below 2 micrometres."))

    out, _err = run("import_track", earth, verbosity=2)

    after = {row[:2]: row[2] for row in places_of_rows()}
    written = {key[0] for key in after if after[key] != before[key]}
    assert written == {"quizzes_choice", "courses_lesson"}  # which was revised
    assert out == (
        "01-loam.md:12: question changed “finest” (choices)\n"
        "Earth: 2 lessons and 4 questions imported (1 question changed).\n"
    )


def test_a_dry_run_prints_each_change_and_stores_nothing(earth, tmp_path):
    before = places_of_rows()
    write_folder(
        tmp_path,
        loam=LOAM.replace("a mixture", "a mix").replace("{#water}", "{#wet}"),
        track=TRACK.replace("Earth", "Soil"),
    )

    out, _err = run("import_track", earth, "--dry-run", "--publish")

    assert out.splitlines() == [
        "track.md: track changed (title)",
        "track.md: track published",
        "01-loam.md: lesson changed (text)",
        "01-loam.md: lesson published",
        "01-loam.md: question moved “water”",
        "01-loam.md:21: new question “wet”",
        "02-peat.md: lesson published",
        "Soil: 2 lessons and 4 questions would be imported (track changed, "
        "track published, 1 lesson changed, 2 lessons published, 1 new question, "
        "1 question moved).",
    ]
    assert places_of_rows() == before


def test_a_dry_run_of_a_new_track_leaves_none_behind(tmp_path):
    out, _err = run("import_track", write_folder(tmp_path), "--dry-run")

    assert "02-peat.md:10: new question “carbon”\n" in out
    assert "would be imported" in out
    assert not Track.objects.exists()


def test_publish_opens_the_track_and_the_lessons_of_the_folder(earth):
    out, _err = run("import_track", earth, "--publish")

    assert "(track published, 2 lessons published)" in out
    assert Track.objects.get().is_published
    assert Lesson.objects.published().count() == 2


def test_a_new_import_never_changes_what_is_published(earth, tmp_path):
    long_ago = timezone.now() - timedelta(days=99)
    planned = timezone.now() + timedelta(days=9)
    Track.objects.update(published_at=long_ago)
    Lesson.objects.filter(slug="loam").update(published_at=planned)
    write_folder(tmp_path, track=TRACK.replace("Earth", "Soil"))

    run("import_track", earth)
    run("import_track", earth, "--publish")

    assert Track.objects.get().published_at == long_ago
    assert lesson("loam").published_at == planned
    assert lesson("peat").is_published


def test_lessons_change_their_order_and_are_not_called_revised(earth, tmp_path):
    files = {"track.md": TRACK, "01-peat.md": PEAT, "02-loam.md": LOAM}
    write_folder(tmp_path, files)

    report = import_track_folder(earth)

    assert [change.what for change in report.changes] == ["moved", "moved"]
    assert (lesson("peat").position, lesson("loam").position) == (1, 2)
    assert not was_revised("peat")
    assert not was_revised("loam")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: ", "title: Fat "),
        ("a mixture", "a mix"),
        ("Clay is finest.", "Clay is."),
        ("is finest?", "is the finest?"),
        ("- [ ] Sand\n", ""),
        ("### Which of them", "### Is it so? {#new}\n\n- [x] y\n- [ ] n\n\n### Which"),
    ],
)
def test_a_changed_title_text_or_question_revises_its_lesson(earth, tmp_path, old, new):
    changed = LOAM.replace('title: "Loam"', "title: Loam").replace(old, new)
    write_folder(tmp_path, loam=changed)

    import_track_folder(earth)

    assert was_revised("loam")
    assert not was_revised("peat")


def test_a_changed_summary_does_not_revise_its_lesson(earth, tmp_path):
    write_folder(tmp_path, loam=LOAM.replace("Sand, silt", "Sand, mud"))

    report = import_track_folder(earth)

    assert [str(c) for c in report.changes] == ["01-loam.md: lesson changed (summary)"]
    assert not was_revised("loam")


def test_a_lesson_without_a_file_stays_behind_the_others(earth, tmp_path):
    write_folder(tmp_path, {"track.md": TRACK, "01-peat.md": PEAT})

    out, err = run("import_track", earth)

    assert err == (
        "track.md: The track has the lesson “loam”, which has no file here. "
        "It stays a draft.\n"
    )
    assert (lesson("peat").position, lesson("loam").position) == (1, 2)
    assert handles("loam") == ["finest", "water", "german"]
    assert "2 lessons moved" in out
    assert Lesson.objects.count() == 2
    assert "nothing changed" in run("import_track", earth)[0]


def test_a_question_that_the_folder_lacks_stays_behind_the_others(earth, tmp_path):
    start, end = LOAM.index("### Which grain"), LOAM.index("### Which of them")
    write_folder(tmp_path, loam=LOAM[:start] + LOAM[end:])

    _out, err = run("import_track", earth)

    assert err == (
        "01-loam.md: The lesson “loam” has the question “finest”, which is not in this "
        "folder. It stays, unless it is retired.\n"
    )
    assert handles("loam") == ["water", "german", "finest"]
    assert "nothing changed" in run("import_track", earth)[0]


def test_a_question_in_another_lesson_is_the_same_question(earth, tmp_path):
    carbon = PEAT[PEAT.index("### How many") :]
    before = question("carbon")
    write_folder(
        tmp_path,
        loam=f"{LOAM}\n{carbon}",
        peat=PEAT[: PEAT.index("## Check")],
    )

    report = import_track_folder(earth)

    after = question("carbon")
    assert (after.pk, after.uuid, after.revision) == (
        before.pk,
        before.uuid,
        before.revision,
    )
    assert (after.lesson.slug, after.position) == ("loam", 4)
    assert [change.what for change in report.changes] == ["moved"]
    assert (lesson("loam").question_count, lesson("peat").question_count) == (4, 0)
    assert was_revised("loam")
    assert was_revised("peat")


def test_questions_swap_places_and_lessons(earth, tmp_path):
    carbon = PEAT[PEAT.index("### How many") :]
    german = LOAM[LOAM.index("### What is loam") :]
    write_folder(
        tmp_path,
        loam=LOAM.replace(german, carbon),
        peat=PEAT.replace(carbon, german),
    )

    import_track_folder(earth)

    assert handles("loam") == ["finest", "water", "carbon"]
    assert handles("peat") == ["german"]


def test_choices_keep_their_ids_when_others_change_or_move(earth, tmp_path):
    before = dict(question("finest").choices.values_list("text", "pk"))
    changed = "- [ ] Silt\n- [ ] Gravel\n- [x] Clay\n  > Below 2 µm.\n"
    start, end = LOAM.index("- [x] Clay"), LOAM.index("\nClay is finest")
    write_folder(tmp_path, loam=LOAM[:start] + changed + LOAM[end:])

    import_track_folder(earth)

    after = question("finest").choices.order_by("position").values_list("text", "pk")
    assert [text for text, _pk in after] == ["Silt", "Gravel", "Clay"]
    assert dict(after)["Clay"] == before["Clay"]
    assert dict(after)["Silt"] == before["Silt"]
    assert not Choice.objects.filter(pk=before["Sand"]).exists()


def test_another_choice_becomes_the_right_one(earth, tmp_path):
    before = dict(question("finest").choices.values_list("text", "pk"))
    changed = LOAM.replace("[x] Clay\n  >", "[ ] Clay\n  >").replace(
        "[ ] Silt", "[x] Silt"
    )
    write_folder(tmp_path, loam=changed)

    import_track_folder(earth)

    assert dict(question("finest").choices.values_list("text", "pk")) == before
    right = question("finest").choices.filter(is_right=True)
    assert [choice.text for choice in right] == ["Silt"]


def test_a_changed_key_raises_the_revision_and_renders_anew(earth, tmp_path):
    before = question("finest").revision
    write_folder(tmp_path, loam=LOAM.replace("is finest?", "is *finest*?"))

    import_track_folder(earth)

    after = question("finest")
    assert after.prompt_html == "Which grain is <em>finest</em>?"
    assert after.revision == before + 1


def test_a_retired_question_stays_retired(earth):
    retire_question(question("finest"))

    out, err = run("import_track", earth)

    assert err == (
        "01-loam.md:12: This question was retired, and stays so. "
        "Give a new one another id.\n"
    )
    assert "nothing changed" in out
    assert handles("loam") == ["water", "german"]


def test_an_archived_track_stays_archived_and_the_import_says_so(earth):
    Track.objects.update(archived_at=timezone.now())

    _out, err = run("import_track", earth, "--publish")

    assert err == "track.md: This track is archived. It stays so.\n"
    assert Track.objects.get().archived_at


def test_warnings_name_file_and_line_and_stop_nothing(tmp_path):
    text = "Peat burns.\n\n![moss](moss.png) and [more](09-more.md)\nand [up](#up)."
    folder = write_folder(
        tmp_path,
        peat=PEAT.replace("Peat burns.", text)
        + "\nSee ![a bog](bog.png).\n\nAnd again.\n",
        track=f"{TRACK}\n[Loam](01-loam.md)\n",
    )

    out, err = run("import_track", folder)

    assert [line.partition(": ")[0] for line in err.splitlines()] == [
        "02-peat.md:8",
        "02-peat.md:8",
        "02-peat.md:9",
        "02-peat.md:17",
        "track.md:8",
    ]
    assert "09-more.md leads nowhere" in err
    assert "imported" in out


DEAD_LINKS = """\
---
title: "Peat"
summary: "Half-rotten moss."
---

## Check your understanding

### Is [peat](a.md) moss? {#moss}


So it is

said [here](b.md).

- [x] [Yes](c.md)
  >
  > It is
  > [moss](d.md).
- [ ] No


- [ ] [Maybe](e.md)


Once
more: [moss](f.md).

### What is [peat](g.md)? {#what}

- [=] moss
  > As [said](h.md).
- [*]
  > Think.
  >
  > [Again](i.md).
"""


def test_a_dead_link_in_a_question_is_reported_on_its_own_line(tmp_path):
    folder = write_folder(tmp_path, peat=DEAD_LINKS)

    _out, err = run("import_track", folder)

    lines = DEAD_LINKS.splitlines()
    reported = [
        line.removeprefix("02-peat.md:").split(" ") for line in err.splitlines()
    ]
    links = [(int(words[0].rstrip(":")), words[4]) for words in reported]
    assert [link for _line, link in links] == [f"{name}.md" for name in "abcdefghi"]
    assert all(f"({link})" in lines[line - 1] for line, link in links)


def test_a_link_lives_as_soon_as_its_lesson_is_there(tmp_path):
    folder = write_folder(tmp_path, {"track.md": TRACK, "01-loam.md": LOAM})
    _out, err = run("import_track", folder)
    assert "02-peat.md leads nowhere" in err
    Lesson.objects.update(revised_at=timezone.now() - timedelta(days=1))

    _out, err = run("import_track", write_folder(tmp_path))

    assert err == ""
    assert '<a href="/tracks/earth/peat/"' in lesson("loam").body_html
    assert not was_revised("loam")


def test_line_ends_that_a_form_stored_are_no_change(earth):
    Lesson.objects.filter(slug="loam").update(
        markdown=lesson("loam").markdown.replace("\n", "\r\n") + "\r\n"
    )

    assert "nothing changed" in run("import_track", earth)[0]


def test_a_link_may_lead_to_a_lesson_that_has_no_file_here(earth, tmp_path):
    write_folder(tmp_path, {"track.md": TRACK, "01-loam.md": LOAM})

    _out, err = run("import_track", earth)

    assert "leads nowhere" not in err
    assert '<a href="/tracks/earth/peat/"' in lesson("loam").body_html


def test_the_pages_own_words_come_in_the_language_of_the_lesson(earth, tmp_path):
    note = "> [!NOTE]\n> Seht her."
    german = LOAM.replace("---\n\n", "language: de\n---\n\n")
    german = german.replace("Loam is", f"{note}\n\nLoam is")
    old = german.replace("Clay is finest.", note)
    new = old + f"\n### Und das? {{#und}}\n\n- [=] ja\n\n{note}\n"
    write_folder(tmp_path, loam=new)

    import_track_folder(earth)

    assert "Anmerkung" in lesson("loam").body_html
    assert "Anmerkung" in question("finest").explanation_html
    assert "Anmerkung" in question("und").explanation_html
    assert translation.gettext("Note") == "Note"

    write_folder(tmp_path, loam=new.replace("language: de\n", ""))
    import_track_folder(earth)

    assert "Anmerkung" not in lesson("loam").body_html
    assert "Anmerkung" not in question("finest").explanation_html


def test_a_new_language_of_the_track_reaches_the_search(earth, tmp_path):
    write_folder(tmp_path, track=TRACK.replace("---\n\n", "language: de\n---\n\n"))

    out, _err = run("import_track", earth, verbosity=2)

    assert "track.md: track changed (language)" in out
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT search @@ to_tsquery('german', 'brennt') FROM courses_lesson "
            "WHERE slug = 'peat'"
        )
        assert cursor.fetchone() == (False,)
    assert Lesson.objects.get(slug="peat").language == ""


def _long_folder(place: Path, lessons: int) -> Path:
    place.mkdir()
    files = {"track.md": TRACK.replace("title:", f"slug: long-{lessons}\ntitle:")}
    for number in range(1, lessons + 1):
        text = LOAM
        for id_ in ("finest", "water", "german"):
            text = text.replace(f"{{#{id_}}}", f"{{#{id_}-{number}}}")
        files[f"{number:02}-lesson-{number}.md"] = text
    return write_folder(place, files)


def test_a_long_track_takes_as_many_statements_as_a_short_one(tmp_path):
    counts = []
    for lessons in (2, 20):
        folder = _long_folder(tmp_path / str(lessons), lessons)
        with CaptureQueriesContext(connection) as first:
            import_track_folder(folder, publish=True)
        Question.objects.filter(lesson__track__slug=f"long-{lessons}").update(
            explanation="Other."
        )
        Choice.objects.filter(question__lesson__track__slug=f"long-{lessons}").update(
            feedback="Other."
        )
        Lesson.objects.filter(track__slug=f"long-{lessons}").update(summary="Other.")
        with CaptureQueriesContext(connection) as second:
            import_track_folder(folder)
        counts.append((len(first), len(second)))

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 32


def test_the_real_track_imports_as_24_lessons_and_72_questions():
    folder = real_folder()

    out, err = run("import_track", folder, "--publish")

    assert out == (
        "IoT for Beginners: 24 lessons and 72 questions imported (new track, "
        "track published, 24 new lessons, 24 lessons published, 72 new questions).\n"
    )
    assert (
        "11-location-tracking.md:187: the link to assignment.md leads nowhere\n" in err
    )
    assert Lesson.objects.published().count() == 24
    again, _err = run("import_track", folder, "--publish")
    assert again == "IoT for Beginners: 24 lessons and 72 questions, nothing changed.\n"


def test_a_lesson_that_the_folder_lacks_links_to_one_that_it_brings(tmp_path):
    linking = LOAM.replace("a mixture", "a [mixture](03-clay.md)")
    import_track_folder(write_folder(tmp_path, loam=linking))
    before = Lesson.objects.get(slug="loam")
    clay = PEAT.partition("## Self-check")[0]
    files = {"track.md": TRACK, "02-clay.md": clay}

    import_track_folder(write_folder(tmp_path, files))

    after = Lesson.objects.get(slug="loam")
    assert "/tracks/earth/clay/" not in before.body_html
    assert "/tracks/earth/clay/" in after.body_html
    assert after.markdown == before.markdown
