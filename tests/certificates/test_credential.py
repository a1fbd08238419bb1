"""The Open Badges credential: what is frozen in it, before it is signed."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.credential import (
    UNSIGNABLE,
    CredentialError,
    build_credential,
    criteria_of,
    did_of,
    edition_of,
    instant,
    signable,
    write_credential,
)
from certificates.facts import Facts
from certificates.models import Certificate
from certificates.services import claim_certificate, supersede
from courses.models import Lesson, Track
from courses.services import mark_done
from tests.factories import make_question

FINISHED = datetime(2026, 3, 14, 16, 19, 59, 999_999, tzinfo=UTC)
SALT = "4f1d0c6a9b7e2d35"


def made(**changes) -> Certificate:
    """A certificate of two lessons and twelve questions, not stored."""
    title = changes.pop("track_title", "AI Fundamentals")
    questions = changes.pop("questions", 12)
    facts: Facts = {
        "slug": "ai-fundamentals",
        "summary": "Two lessons on how language models are made.",
        "language": "en",
        "origin": "https://gradus.example",
        "issuer": "Gradus",
        "criteria": criteria_of(FINISHED, questions),
        "edition": "",
        "lessons": [
            {"title": "One", "slug": "one", "done_on": "2026-03-13"},
            {"title": "Two", "slug": "two", "done_on": "2026-03-14"},
        ],
        "counted": [],
    }
    facts["edition"] = edition_of(title, facts, questions)
    values = {
        "code": "7K4M-9QXT-2HWD-5VPN",
        "track_title": title,
        "lesson_count": 2,
        "score": 88,
        "answered": 11,
        "questions": questions,
        "finished_at": FINISHED,
        "awarded_at": FINISHED + timedelta(seconds=1),
        "issued_at": FINISHED + timedelta(days=1),
        "facts": facts,
    }
    return Certificate(**values | changes)


def credential_of(certificate: Certificate, name: str = "Zoë Ångström") -> Any:
    return build_credential(certificate, name, "Zoe@Example.org", SALT)


def test_the_keys_stand_in_their_order_and_what_signing_adds_is_left_out():
    credential = credential_of(made())

    assert list(credential) == [
        "@context",
        "id",
        "type",
        "name",
        "issuer",
        "validFrom",
        "awardedDate",
        "credentialSubject",
        "evidence",
        "credentialSchema",
    ]
    assert list(credential["credentialSubject"]) == [
        "type",
        "identifier",
        "activityEndDate",
        "achievement",
        "result",
    ]
    assert list(credential["credentialSubject"]["achievement"]) == [
        "id",
        "type",
        "achievementType",
        "name",
        "description",
        "criteria",
        "image",
        "inLanguage",
        "resultDescription",
    ]


def test_times_are_utc_and_cut_to_the_second():
    credential = credential_of(made())

    assert credential["credentialSubject"]["activityEndDate"] == "2026-03-14T16:19:59Z"
    assert credential["awardedDate"] == "2026-03-14T16:20:00Z"
    assert credential["validFrom"] == "2026-03-15T16:19:59Z"
    berlin = timezone(timedelta(hours=1))
    assert (
        instant(datetime(2026, 3, 15, 0, 30, tzinfo=berlin)) == "2026-03-14T23:30:00Z"
    )


def test_every_value_of_a_result_is_text():
    subject = credential_of(made())["credentialSubject"]

    edition = subject["achievement"]["id"]
    assert [(r["resultDescription"], r["value"]) for r in subject["result"]] == [
        (f"{edition}-knowledge", "88"),
        (f"{edition}-coverage", "11"),
    ]
    ranges = [
        (d["resultType"], d["valueMin"], d["valueMax"])
        for d in subject["achievement"]["resultDescription"]
    ]
    assert ranges == [("Percent", "0", "100"), ("RawScore", "0", "12")]


def test_without_an_answer_there_is_no_percentage():
    subject = credential_of(made(score=None, answered=0))["credentialSubject"]

    assert [result["value"] for result in subject["result"]] == ["0"]
    assert len(subject["achievement"]["resultDescription"]) == 2


def test_without_questions_there_is_neither_result_nor_description():
    certificate = made(score=None, answered=0, questions=0)
    subject = credential_of(certificate)["credentialSubject"]

    assert "result" not in subject
    assert "resultDescription" not in subject["achievement"]
    assert "score" not in subject["achievement"]["criteria"]["narrative"]


def test_the_fingerprint_confirms_the_address_whatever_its_case():
    name, address = credential_of(made())["credentialSubject"]["identifier"]

    assert (name["hashed"], name["identityHash"]) == (False, "Zoë Ångström")
    digest = hashlib.sha256(f"zoe@example.org{SALT}".encode()).hexdigest()
    assert (address["identityHash"], address["salt"]) == (f"sha256${digest}", SALT)
    assert "@example" not in write_credential(credential_of(made()))


def test_the_criteria_name_the_day_in_utc():
    assert criteria_of(FINISHED, 0) == (
        "Every lesson that the track had on 14 March 2026 was marked done."
    )


def test_every_id_is_unique_and_absolute():
    ids: list[str] = []

    def collect(value: object) -> None:
        if isinstance(value, dict):
            ids.extend([value["id"]] if "id" in value else [])
            for kept in value.values():
                collect(kept)
        elif isinstance(value, list):
            for kept in value:
                collect(kept)

    collect(credential_of(made()))

    assert len(ids) == len(set(ids)) == 10
    assert all(one.startswith(("https://", "did:web:")) for one in ids)


def test_the_edition_follows_the_text_of_the_track_and_not_its_address():
    before = made().facts
    moved = before | {"origin": "https://other.example", "slug": "other"}
    changed = before | {"summary": "Another summary."}

    assert edition_of("AI Fundamentals", moved, 12) == before["edition"]
    assert edition_of("AI Fundamentals", changed, 12) != before["edition"]
    assert edition_of("AI Fundamentals", before, 13) != before["edition"]
    assert edition_of("AI fundamentals", before, 12) != before["edition"]


def test_a_port_is_escaped_in_the_did():
    assert did_of("https://gradus.example") == "did:web:gradus.example"
    assert did_of("http://localhost:8000") == "did:web:localhost%3A8000"


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("de-CH-1996", "de-CH"),
        ("sl-rozaj", "sl"),
        ("zh-yue", "yue"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-x-school", "de"),
        ("ast", "ast"),
    ],
)
def test_a_language_is_said_as_the_schema_has_it(tag, said):
    certificate = made()
    certificate.facts["language"] = tag

    achievement = credential_of(certificate)["credentialSubject"]["achievement"]
    assert achievement["inLanguage"] == said


@pytest.mark.parametrize(
    "character", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\ufffe", "\uffff"]
)
def test_a_control_character_in_any_text_is_refused(character):
    with pytest.raises(CredentialError):
        credential_of(made(), f"Zo{character}e")
    with pytest.raises(CredentialError):
        credential_of(made(track_title=f"AI{character}"))
    assert signable(f"A{character}I", "ai") == "AI"
    assert signable(f"{character} ", "ai") == "ai"


def test_tab_newline_quotes_and_emoji_are_kept():
    name = 'Zoë\t"Z"\nÅngström \\ محمد 🦉'

    assert json.loads(write_credential(credential_of(made(), name))) == credential_of(
        made(), name
    )


@given(st.text().map(lambda text: signable(text, "x")))
def test_the_text_reads_back_as_what_was_written(name):
    credential = credential_of(made(), name)

    assert json.loads(write_credential(credential)) == credential
    assert not UNSIGNABLE.search(name)


def test_the_stored_document_says_what_was_earned(ada, finished, held):
    stored = json.loads(held.documents.get().credential)

    assert stored["id"] == f"http://testserver/certificates/{held.code}/"
    assert stored["name"] == "Soil"
    subject = stored["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == "Ada Sample"
    assert len(subject["identifier"][1]["salt"]) >= 16
    assert [result["value"] for result in subject["result"]] == ["50", "1"]
    assert [row["name"] for row in stored["evidence"]] == ["Probe the soil", "Water it"]
    del stored["proof"], stored["credentialStatus"]
    assert stored == build_credential(
        held, "Ada Sample", ada.email, subject["identifier"][1]["salt"]
    )


def test_a_control_character_in_a_title_does_not_stand_in_a_learners_way(ada, finished):
    Lesson.objects.filter(slug="water-it").update(title="Water\x0b it")

    issued = claim_certificate(ada, finished, "Ada")

    assert issued.facts["lessons"][1]["title"] == "Water it"


def test_titles_and_a_summary_that_nobody_sees_leave_no_empty_text(ada, finished):
    Track.objects.update(title="\x01", summary="\x02")
    Lesson.objects.filter(slug="water-it").update(title="\x03 ")
    finished.refresh_from_db()

    issued = claim_certificate(ada, finished, "Ada")

    stored = json.loads(issued.documents.get().credential)
    achievement = stored["credentialSubject"]["achievement"]
    assert issued.track_title == "soil"
    assert achievement["name"] == achievement["description"] == "soil"
    assert stored["evidence"][1]["name"] == "water-it"


def test_two_learners_of_one_day_share_the_achievement_and_no_salt(
    ada, ben, finished, held
):
    make_question(finished.lessons.get(slug="water-it"))
    for lesson in finished.lessons.all():
        mark_done(ben, lesson)
    first = claim_certificate(ben, finished, "Ben")
    second = supersede(first, "Ben Sample", "the name was corrected")

    assert first.facts["edition"] != held.facts["edition"]  # one question more
    assert second.facts["edition"] == first.facts["edition"]
