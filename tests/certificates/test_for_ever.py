"""A certificate outlives its learner's account, its track, its lessons and its key."""

import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings as conf
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django_tasks_db.models import DBTaskResult
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from accounts.audit import Deed, record
from accounts.models import AuditEvent, User
from certificates.keys import signing_key
from certificates.models import Certificate, CertificateDocument, CertificateEvent
from certificates.services import claim_certificate, revoke, supersede
from certificates.verification_models import VerificationRun
from courses.models import Lesson, Track
from courses.publishing import archive_track, unpublish_lessons
from courses.services import mark_done
from quizzes.models import Question
from tests.certificates.stage import status_in
from tests.dumps import database_url, dump, restored, rows
from tests.factories import PASSWORD, make_question, make_track

FILES = ["/", ".json", ".pdf", ".pdf?paper=letter", ".png", "/picture.png"]
SAID = ["Ada Sample", "Ada Byron", "ada@example.org"]


def run(*arguments: str, **options: Any) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said, stderr=said, **options)
    return said.getvalue()


def erase(client: Client, certificates: str) -> None:
    form = {"certificates": certificates, "password": PASSWORD}
    assert client.post("/me/delete/", form).status_code == 302


@pytest.fixture
def finished(
    signed_in: Callable[[User], Client], ada: User, soil: Track, probe: Question
) -> Track:
    """ada answered through the site's form, so that the score can be computed again."""
    right = probe.choices.get(text="Right").pk
    form = {"submission": uuid4(), "choice": right}
    assert signed_in(ada).post(probe.answer_url, form).status_code == 302
    for lesson in soil.lessons.all():
        mark_done(ada, lesson)
    return soil


@pytest.fixture
def new_key(settings, tmp_path) -> Callable[[], None]:
    """Go over to another key, as operating.md says, and retire the one before."""

    def rotate() -> None:
        old = signing_key().row
        file = tmp_path / "next.pem"
        run("issuer_keys", "rotate", str(file))
        settings.ISSUER_KEY, settings.ISSUER_KEY_FILE = "", file
        run("issuer_keys", "retire", old.name)
        assert signing_key().row != old

    return rotate


@pytest.fixture
def old_ones(held, ada, ruth) -> list[Certificate]:
    """One that was corrected, the one in its place, which was revoked."""
    corrected = supersede(held, "Ada Byron", "the name was corrected")
    revoke(corrected, ruth, "it was issued to the wrong account")
    return [held, corrected]


def served(certificates: list[Certificate]) -> dict[str, bytes]:
    """Each page and file of these, as a stranger gets it."""
    client, found = Client(), {}
    for certificate in certificates:
        for end in FILES:
            address = f"/certificates/{certificate.code}{end}"
            answer = client.get(address)
            assert answer.status_code == 200, address
            found[address] = answer.content
    return found


def verifies(text: str) -> bool:
    """By the library's verifier, with the keys that the site publishes today."""

    def download(url: str, **options: object) -> bytes:
        assert url == "https://testserver/.well-known/did.json"
        return Client().get("/.well-known/did.json").content

    verifier = OB3LdpVerifier.for_issuer_did("did:web:testserver")
    return bool(verifier.verify(text, download=download).id)


def test_nothing_of_an_old_certificate_moves_whatever_happens_around_it(
    signed_in, ada, soil, old_ones, new_key
):
    before = served(old_ones)

    def erase_ada() -> None:
        erase(signed_in(ada), "keep")
        assert User.objects.get(pk=ada.pk).email is None

    def archive() -> None:
        archive_track(soil)
        assert Track.objects.get(pk=soil.pk).archived_at

    def unpublish() -> None:
        unpublish_lessons(list(soil.lessons.values_list("pk", flat=True)))
        assert not Lesson.objects.filter(
            published_at__isnull=False, track=soil
        ).exists()

    for happens in (unpublish, archive, new_key, erase_ada):
        happens()

        assert served(old_ones) == before, happens.__name__
        for certificate in old_ones:
            text = before[f"/certificates/{certificate.code}.json"].decode()
            assert verifies(text), happens.__name__
    run("verify_certificates", processes=1)


def test_a_file_that_somebody_kept_is_still_told_to_be_ours(
    client, signed_in, ada, held, soil, new_key
):
    kept = {end: client.get(f"/certificates/{held.code}{end}").content for end in FILES}
    del kept["/"], kept["/picture.png"]
    archive_track(soil)
    new_key()
    erase(signed_in(ada), "keep")

    for end, content in kept.items():
        file = SimpleUploadedFile("kept", content)
        answer: Any = client.post("/verify/", {"file": file})

        assert status_in(answer) == "valid", end


@pytest.mark.django_db(transaction=True)
def test_erased_with_certificates_withdrawn_nothing_is_left_in_a_backup(
    signed_in, ada, soil, probe, old_ones, ruth
):
    client = signed_in(ada)
    stars = make_track("stars", lessons=1)
    mark_done(ada, stars.lessons.get())
    other = claim_certificate(ada, stars, "Ada Byron")
    written = make_question(probe.lesson, "Who?", kind="text", right=("Loam",))
    client.post(written.answer_url, {"submission": uuid4(), "written": "Ada Byron"})
    record(Deed.DEACTIVATED, actor=ruth, about=ada, reason="Ada Byron wished it")
    client.post(f"/certificates/{old_ones[1].code}/holder/", {"action": "hide"})
    signed_in(ruth).get("/admin/accounts/user/?q=ada@example.org")
    run("verify_certificates", processes=1)
    before = dump().decode().casefold()
    for said in SAID:
        assert said.casefold() in before  # so that it can be missed

    erase(client, "withdraw")

    after = dump().decode().casefold()
    for said in SAID:
        assert said.casefold() not in after
    for certificate in (*old_ones, other):
        assert certificate.code.casefold() in after
        page: Any = Client().get(certificate.get_absolute_url())
        assert status_in(page) == "withdrawn"


def stored() -> dict[str, object]:
    """What is there of certificates, and what was sent."""
    return {
        "certificates": list(Certificate.objects.order_by("pk").values()),
        "documents": list(CertificateDocument.objects.order_by("pk").values()),
        "events": list(CertificateEvent.objects.order_by("pk").values()),
        "issued": AuditEvent.objects.filter(what=Deed.ISSUED).count(),
        "mails": len(mail.outbox),
    }


@pytest.mark.django_db(transaction=True)
def test_what_operators_do_again_issues_nothing_and_sends_nothing(
    ada, ben, old_ones, new_key, tmp_path
):
    """ben finished too, and did not claim: nobody does it for him."""
    folder = Path(conf.BASE_DIR) / "content" / "write-a-lesson"
    run("import_track", str(folder), publish=True)
    track = Track.objects.get(slug="write-a-lesson")
    for lesson in track.lessons.all():
        mark_done(ben, lesson)
    before = stored()
    assert before["mails"]  # of the certificates there are

    run("migrate")
    run("migrate")
    run("import_track", str(folder), publish=True)
    new_key()
    run("sign_certificates")
    run("verify_scores")
    run("verify_certificates", processes=1)

    assert stored() == before


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_was_put_back_holds_the_same_certificates(old_ones, tmp_path):
    before, backup = stored(), tmp_path / "gradus.dump"
    backup.write_bytes(dump("--format=custom"))
    with restored(backup) as url:
        for command in ("migrate", "verify_certificates", "verify_scores"):
            done = subprocess.run(
                [sys.executable, "manage.py", command],
                cwd=conf.BASE_DIR,
                env=os.environ
                | {
                    "DATABASE_URL": url,
                    "DJANGO_SETTINGS_MODULE": "gradus.settings.test",
                },
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        for model in apps.get_app_config("certificates").get_models():
            if model is not VerificationRun:  # there was one just now
                table = f'SELECT t::text FROM "{model._meta.db_table}" t ORDER BY id'
                assert rows(url, table) == rows(database_url(), table), model
        tasks = f'SELECT count(*) FROM "{DBTaskResult._meta.db_table}"'
        assert rows(url, tasks) == ["0"]  # nothing is on its way to anybody
    assert stored() == before
