"""Claiming a certificate, the certificate in every state, and looking one up."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import FilePayload, Page

from accounts.models import User
from certificates import services
from certificates.models import Certificate, CertificateDocument
from courses.models import Track
from courses.services import mark_done
from tests.browser.pages.entry import Entry
from tests.browser.stage import LONG_WORD, Stage
from tests.factories import make_admin, make_lesson

REASON = "it was issued to the wrong account"


def claim(track: Track) -> str:
    return reverse("claim", args=[track.slug])


def claim_of_a_visitor(stage: Stage) -> str:
    return claim(stage.soil())


def claim_too_early(stage: Stage) -> str:
    return claim(stage.half_way())


def claim_now(stage: Stage) -> str:
    return claim(stage.finished())


def claim_withdrawn(stage: Stage) -> str:
    services.withdraw(stage.certified())
    return claim(Track.objects.get())


def correct_the_name(stage: Stage) -> str:
    return reverse("correct", args=[stage.certified().code])


def correct_no_more(stage: Stage) -> str:
    certificate = stage.certified()
    for name in ("Ada B.", "Ada B. Sample", "Ada Byron"):
        certificate = services.supersede(certificate, name, "the name was corrected")
    return reverse("correct", args=[certificate.code])


def send_no_name(page: Page) -> None:
    """A space: the browser lets it through, the site does not."""
    page.get_by_label("The name on your certificate").fill(" ")
    page.get_by_role("main").get_by_role("button").first.click()


def valid(stage: Stage) -> str:
    return stage.certified_for_all().get_absolute_url()


def valid_for_its_holder(stage: Stage) -> str:
    return stage.certified().get_absolute_url()


def without_a_score(stage: Stage) -> str:
    stage.sign_in()
    track = stage.soil()
    stage.finish(track)
    ada = User.objects.get(name="Ada")
    return services.claim_certificate(ada, track, "Ada Sample").get_absolute_url()


def long_title(stage: Stage) -> str:
    user = stage.sign_in()
    track = stage.long_words()
    stage.finish(track)
    certificate = services.claim_certificate(user, track, LONG_WORD)
    services.supersede(certificate, f"A. {LONG_WORD}", LONG_WORD)
    return certificate.get_absolute_url()


def arabic(stage: Stage) -> str:
    user = stage.sign_in()
    track = stage.arabic()
    stage.answer_all(track)
    stage.finish(track)
    return services.claim_certificate(user, track, "Ada Sample").get_absolute_url()


def claim_of_a_long_title(stage: Stage) -> str:
    user = stage.sign_in()
    user.name = LONG_WORD
    user.save(update_fields=["name"])
    track = stage.long_words()
    stage.finish(track)
    return reverse("claim", args=[track.slug])


def claim_of_a_long_title_too_early(stage: Stage) -> str:
    stage.sign_in()
    return reverse("claim", args=[stage.long_words().slug])


def more_was_learned(stage: Stage) -> Certificate:
    """A lesson was added and done, another added, and one is no longer published."""
    certificate = stage.certified()
    track = Track.objects.get()
    track.lessons.filter(position=1).update(published_at=None)
    learner = User.objects.get(enrollments=certificate.enrollment_id)
    mark_done(learner, make_lesson(track, "added-and-done"))
    make_lesson(track, "added")
    return certificate


def growing(stage: Stage) -> str:
    return more_was_learned(stage).get_absolute_url()


def growing_track(stage: Stage) -> str:
    more_was_learned(stage)
    return Track.objects.get().get_absolute_url()


def update(stage: Stage) -> str:
    return reverse("update_certificate", args=[more_was_learned(stage).code])


def update_nothing(stage: Stage) -> str:
    return reverse("update_certificate", args=[stage.certified().code])


def update_long_words(stage: Stage) -> str:
    user = stage.sign_in()
    track = stage.long_words()
    stage.finish(track)
    certificate = services.claim_certificate(user, track, LONG_WORD)
    mark_done(user, make_lesson(track, "added", title=LONG_WORD))
    return reverse("update_certificate", args=[certificate.code])


def took_its_place(stage: Stage) -> str:
    certificate, ruth = stage.certified(), make_admin("Ruth")
    services.revoke(certificate, ruth, REASON)
    new = services.issue_anew(certificate, ruth, "revoking it was a mistake")
    services.hide(new)
    services.show(new)
    return new.get_absolute_url()


def revoked(stage: Stage) -> str:
    certificate = stage.certified_for_all()
    services.revoke(certificate, make_admin("Ruth"), REASON)
    return certificate.get_absolute_url()


def revoked_for_its_holder(stage: Stage) -> str:
    certificate = stage.certified()
    services.revoke(certificate, make_admin("Ruth"), REASON)
    return certificate.get_absolute_url()


def issued_anew(stage: Stage) -> str:
    certificate, ruth = stage.certified_for_all(), make_admin("Ruth")
    services.revoke(certificate, ruth, REASON)
    services.issue_anew(certificate, ruth, "revoking it was a mistake")
    return certificate.get_absolute_url()


def superseded(stage: Stage) -> str:
    certificate = stage.certified_for_all()
    services.supersede(certificate, "Ada B. Sample", "the name was corrected")
    return certificate.get_absolute_url()


def withdrawn(stage: Stage) -> str:
    certificate = stage.certified_for_all()
    services.withdraw(certificate)
    return certificate.get_absolute_url()


def hidden(stage: Stage) -> str:
    certificate = stage.certified_for_all()
    services.hide(certificate)
    return certificate.get_absolute_url()


def hidden_for_its_holder(stage: Stage) -> str:
    certificate = stage.certified()
    services.hide(certificate)
    return certificate.get_absolute_url()


def withdrawing(stage: Stage) -> str:
    return reverse("holder", args=[stage.certified().code])


def verify(stage: Stage) -> str:
    return reverse("verify")


def verify_unknown(stage: Stage) -> str:
    return reverse("verify") + "?code=7K4M-9QXT-2HWD-5VPN"


def verify_known(stage: Stage) -> str:
    code = stage.certified_for_all().code
    return reverse("verify") + f"?code={code.lower().replace('-', ' ')}"


def verify_elsewhere(stage: Stage) -> str:
    return reverse("verify") + "?code=https://elsewhere.example/certificates/7K4M/"


def verify_issued(stage: Stage) -> str:
    stage.certified_for_all()
    return reverse("verify")


def verify_hidden(stage: Stage) -> str:
    services.hide(stage.certified_for_all())
    return reverse("verify")


def verify_revoked(stage: Stage) -> str:
    services.revoke(stage.certified_for_all(), make_admin("Ruth"), REASON)
    return reverse("verify")


def send_file(
    change: tuple[str, str] = ("", ""), text: str = ""
) -> Callable[[Page], None]:
    """Send the certificate that was issued, changed in one place; or another text."""

    def steps(page: Page) -> None:
        sent = text or CertificateDocument.objects.latest("pk").credential
        page.get_by_label("The certificate as a file").set_input_files(
            FilePayload(
                name="certificate.json",
                mimeType="application/json",
                buffer=sent.replace(*change).encode(),
            )
        )
        page.get_by_role("button", name="Check the file").click()

    return steps


def checking(stage: Stage) -> str:
    return reverse("checking")


CLAIM_FORM = "It will say exactly this, for good."
CERTIFICATE = [
    Entry("claim, visitor", "claim", claim_of_a_visitor, "it needs an account"),
    Entry("claim, unfinished", "claim", claim_too_early, "2 lessons to go until your"),
    Entry("claim", "claim", claim_now, CLAIM_FORM),
    Entry("claim, error", "claim", claim_now, "Write your name", 422, send_no_name),
    Entry(
        "claim, withdrawn", "claim", claim_withdrawn, "You withdrew your certificate"
    ),
    Entry("correct", "correct", correct_the_name, "This is not my name"),
    Entry("correct, no more", "correct", correct_no_more, "as often as you can"),
    Entry(
        "correct, error",
        "correct",
        correct_the_name,
        "Write your name",
        422,
        send_no_name,
    ),
    Entry("certificate", "certificate", valid, "has not been changed, revoked"),
    Entry(
        "certificate, holder", "certificate", valid_for_its_holder, "Add to LinkedIn"
    ),
    Entry(
        "certificate, no score", "certificate", without_a_score, "This certifies that"
    ),
    Entry("certificate, long title", "certificate", long_title, "took its place"),
    Entry("certificate, right to left", "certificate", arabic, "finished the track"),
    Entry("claim, long title", "claim", claim_of_a_long_title, LONG_WORD),
    Entry(
        "claim, long title, unfinished",
        "claim",
        claim_of_a_long_title_too_early,
        LONG_WORD,
    ),
    Entry(
        "certificate, growing, holder", "certificate", growing, "2 lessons were added"
    ),
    Entry("track, growing", "track", growing_track, "It would say"),
    Entry("update", "update_certificate", update, "Lesson that it would no longer"),
    Entry("update, long words", "update_certificate", update_long_words, LONG_WORD),
    Entry("update, nothing", "update_certificate", update_nothing, "Nothing changed"),
    Entry("certificate, history, holder", "certificate", took_its_place, "You hid the"),
    Entry("certificate, revoked", "certificate", revoked, REASON),
    Entry(
        "certificate, revoked, holder", "certificate", revoked_for_its_holder, REASON
    ),
    Entry("certificate, issued anew", "certificate", issued_anew, "Issued anew as"),
    Entry("certificate, superseded", "certificate", superseded, "Superseded"),
    Entry(
        "certificate, withdrawn", "certificate", withdrawn, "Withdrawn by its holder"
    ),
    Entry("certificate, hidden", "certificate", hidden, "The details are hidden"),
    Entry(
        "certificate, hidden, holder",
        "certificate",
        hidden_for_its_holder,
        "Show the details",
    ),
    Entry("withdraw", "holder", withdrawing, "Withdraw it for good"),
    Entry("checking", "checking", checking, "Without trusting the site"),
    Entry("verify", "verify", verify, "Type the code that is printed on it"),
    Entry("verify, elsewhere", "verify", verify_elsewhere, "not one of ours", 422),
    Entry(
        "verify, file error",
        "verify",
        verify,
        "is neither JSON, nor a PDF",
        422,
        send_file(text="hello"),
    ),
    Entry("verify, file", "verify", verify_issued, "byte for byte", steps=send_file()),
    Entry(
        "verify, file altered",
        "verify",
        verify_issued,
        "The name differs",
        steps=send_file(("Ada Sample", f"Ada {LONG_WORD * 4}")),
    ),
    Entry("verify, file revoked", "verify", verify_revoked, REASON, steps=send_file()),
    Entry(
        "verify, file hidden",
        "verify",
        verify_hidden,
        "Its holder has hidden what it states",
        steps=send_file(),
    ),
    Entry(
        "verify, file altered and hidden",
        "verify",
        verify_hidden,
        "Its holder has hidden what we issued",
        steps=send_file(("Ada Sample", "Eve Sample")),
    ),
    Entry(
        "verify, file unknown",
        "verify",
        verify_issued,
        "It says that it is of elsewhere.example",
        steps=send_file(("http://", "https://elsewhere.example/certificates/")),
    ),
    Entry("verify, unknown", "verify", verify_unknown, "No certificate has this", 422),
    Entry(
        "verify, known", "certificate", verify_known, "has not been changed, revoked"
    ),
]
