"""Every address of the admin: who gets what, by GET and by POST.

Each row is of soil, which Iris teaches and Omar does not. A POST carries nothing but, at
most, the one field in the third place: it is what the address does with an odd request.
Visitors and learners are led to the sign-in page, everywhere alike.
"""

from datetime import timedelta
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import AuditEvent, User
from certificates.models import Certificate, ReportExport
from certificates.reports.export_store import FOLDER
from courses.groups import GroupMember, LearnerGroup, TrackGroup
from courses.models import Enrollment, Lesson, Track
from courses.publishing import make_preview_link
from exchange.keeping import keep_found
from exchange.models import Version
from exchange.stored import export_track_zip
from exchange.uploads import keep_upload
from quizzes.models import Answer, Objection, Question, Respondent
from tests.factories import make_question
from tests.quizzes.mending import answer, full, revise

Statuses = dict[str, int]
Row = tuple[str, dict[str, Statuses]]  # the address, then by method


def to(own: int, other: int, admin: int) -> Statuses:
    """What the own instructor, another and an admin get; the rest must sign in."""
    return {"v": 302, "a": 302, "b": 302, "i": own, "o": other, "r": admin}


OF_STAFF = to(200, 200, 200)
OF_ADMINS = to(403, 403, 200)
REFUSED = to(403, 403, 403)
OWN = to(200, 302, 200)  # a row that is hidden, and one that is not there, lead home
HOME = to(302, 302, 302)
FOUND_BY_ADMINS = to(302, 302, 200)  # what nobody else finds
SEEN = to(200, 404, 200)
GONE = to(404, 404, 404)
NOT_SO = to(405, 405, 405)
NOWHERE = dict.fromkeys("vabior", 404)
NO_LOGIN = HOME | {"a": 403, "b": 403}  # one is signed in, and may not enter


def row(address: str, get: Statuses, post: Statuses) -> Row:
    return f"/admin/{address}", {"GET": get, "POST": post}


def to_read(model: str, key: str) -> dict[str, Row]:
    """A model that admins read and nobody changes here."""
    name = "admin:" + model.replace("/", "_")
    return {
        f"{name}_changelist": row(f"{model}/", OF_ADMINS, OF_ADMINS),
        f"{name}_add": row(f"{model}/add/", REFUSED, REFUSED),
        f"{name}_change": row(f"{model}/{key}/change/", OF_ADMINS, REFUSED),
        f"{name}_delete": row(f"{model}/{key}/delete/", REFUSED, REFUSED),
        f"{name}_history": row(f"{model}/{key}/history/", OF_ADMINS, OF_ADMINS),
        f"admin:{model}/<path:object_id>/": row(f"{model}/{key}/", HOME, HOME),
    }


def of_report(model: str, key: str) -> dict[str, Row]:
    """A report, which is read by admins, and by instructors whom an admin lets: those
    are tried in tests/certificates/test_report_readers.py."""
    name = "admin:" + model.replace("/", "_")
    return to_read(model, key) | {
        f"{name}_changelist": row(f"{model}/", OF_ADMINS, NOT_SO),
        f"{name}_history": row(
            f"{model}/{key}/history/", FOUND_BY_ADMINS, FOUND_BY_ADMINS
        ),
        f"{name}_totals": row(f"{model}/totals/", OF_ADMINS, NOT_SO),
        f"{name}_export": row(f"{model}/export/", OF_ADMINS, NOT_SO),
        f"{name}_xlsx": row(f"{model}/export/xlsx/", OF_ADMINS, NOT_SO),
        f"{name}_background": row(
            f"{model}/export/background/", OF_ADMINS, to(403, 403, 302)
        ),
    }


def of_exports(model: str, key: str) -> dict[str, Row]:
    """The admin's own export; tests/certificates/test_export_pages.py tries others'."""
    name = "admin:" + model.replace("/", "_")
    do = to(403, 403, 302)
    return to_read(model, key) | {
        f"{name}_change": row(f"{model}/{key}/change/", OF_ADMINS, NOT_SO),
        f"{name}_delete": row(f"{model}/{key}/delete/", OF_ADMINS, OF_ADMINS),
        f"{name}_history": row(f"{model}/{key}/history/", GONE, GONE),
        f"{name}_cancel": row(f"{model}/{key}/cancel/", NOT_SO, do),
        f"{name}_again": row(f"{model}/{key}/again/", NOT_SO, do),
        f"{name}_file": row(f"{model}/file/{{token}}/", to(404, 404, 200), NOT_SO),
    }


def of_objections(model: str, key: str) -> dict[str, Row]:
    """What learners say about questions: replied to, never added or deleted."""
    name = "admin:" + model.replace("/", "_")
    return {
        f"{name}_changelist": row(f"{model}/", OF_STAFF, OF_STAFF),
        f"{name}_add": row(f"{model}/add/", REFUSED, REFUSED),
        f"{name}_change": row(f"{model}/{key}/change/", OWN, OWN),
        f"{name}_delete": row(f"{model}/{key}/delete/", REFUSED, REFUSED),
        f"{name}_history": row(f"{model}/{key}/history/", OWN, OWN),
        f"admin:{model}/<path:object_id>/": row(f"{model}/{key}/", HOME, HOME),
    }


def of_groups(model: str, key: str) -> dict[str, Row]:
    """Groups of learners: instructors see name and size, admins keep them."""
    name = "admin:" + model.replace("/", "_")
    return {
        f"{name}_changelist": row(f"{model}/", OF_STAFF, OF_STAFF),
        f"{name}_add": row(f"{model}/add/", OF_ADMINS, OF_ADMINS),
        f"{name}_change": row(f"{model}/{key}/change/", OF_STAFF, OF_ADMINS),
        f"{name}_delete": row(f"{model}/{key}/delete/", OF_ADMINS, OF_ADMINS),
        f"{name}_history": row(f"{model}/{key}/history/", OF_STAFF, OF_STAFF),
        f"admin:{model}/<path:object_id>/": row(f"{model}/{key}/", HOME, HOME),
    }


def of_members(model: str, key: str) -> dict[str, Row]:
    """Who is in a group: for admins, who see them and take them out."""
    rows = to_read(model, key)
    name = "admin:" + model.replace("/", "_")
    may_delete = row(f"{model}/{key}/delete/", OF_ADMINS, OF_ADMINS)
    return rows | {f"{name}_delete": may_delete}


def taught(model: str, key: str) -> dict[str, Row]:
    """A track or a lesson: its own instructors' and the admins'."""
    name = "admin:" + model.replace("/", "_")
    return {
        f"{name}_changelist": row(f"{model}/", OF_STAFF, OF_STAFF),
        f"{name}_add": row(f"{model}/add/", OF_STAFF, OF_STAFF),
        f"{name}_change": row(f"{model}/{key}/change/", OWN, OWN),
        f"{name}_delete": row(f"{model}/{key}/delete/", OWN, to(409, 302, 409)),
        f"{name}_history": row(f"{model}/{key}/history/", OWN, OWN),
        f"{name}_close": row(f"{model}/{key}/close/", REFUSED, HOME),
        f"admin:{model}/<path:object_id>/": row(f"{model}/{key}/", HOME, HOME),
    }


def of_pictures(model: str, key: str) -> dict[str, Row]:
    """Uploaded and deleted by their own instructors and admins, changed by nobody."""
    refused = to(422, 422, 422)
    return taught(model, key) | {
        "admin:courses_picture_add": row(f"{model}/add/", OF_STAFF, refused),
        "admin:courses_picture_change": row(
            f"{model}/{key}/change/", OWN, to(403, 302, 403)
        ),
        "admin:courses_picture_delete": row(f"{model}/{key}/delete/", OWN, OWN),
        "admin:courses_picture_close": row(f"{model}/{key}/close/", REFUSED, REFUSED),
    }


ADMIN_TABLE: dict[str, Row] = {
    "admin:index": row("", OF_STAFF, OF_STAFF),
    "admin:app_list": row("courses/", OF_STAFF, OF_STAFF),
    "admin:login": row("login/", NO_LOGIN, NOT_SO | {"a": 403, "b": 403}),
    "admin:logout": row("logout/", NOT_SO, HOME),
    "admin:password_change": row("password_change/", HOME, HOME),
    "admin:password_change_done": row("password_change/done/", OF_STAFF, NOT_SO),
    "admin:search": row("search/?s=soil", OF_STAFF, OF_STAFF),
    "admin:jsi18n": row("jsi18n/", OF_STAFF, NOT_SO),
    "admin:autocomplete": row("autocomplete/", REFUSED, NOT_SO),
    "admin:view_on_site": row("r/{track_type}/{track}/", NOWHERE, NOWHERE),
    "admin_no_shortcut": row("r/{track_type}/{track}/", NOWHERE, NOWHERE),
    "admin:(?P<url>.*)$": row("nothing/", GONE, GONE),
    **taught("courses/track", "{track}"),
    **taught("courses/lesson", "{lesson}"),
    **of_pictures("courses/picture", "{picture_key}"),
    "admin:courses_previewlink_make": row(
        "courses/track/{track}/preview-links/", NOT_SO, to(302, 404, 302)
    ),
    "admin:courses_previewlink_revoke": row(
        "courses/track/{track}/preview-links/{link}/revoke/", NOT_SO, to(302, 404, 302)
    ),
    "admin:courses/lesson/<int:pk>/preview/": row(
        "courses/lesson/{lesson}/preview/", SEEN, SEEN
    ),
    "admin:courses/lesson/preview/": row("courses/lesson/preview/", OF_STAFF, OF_STAFF),
    "admin:courses/track/<int:pk>/preview/": row(
        "courses/track/{track}/preview/", SEEN, SEEN
    ),
    "admin:courses/track/preview/": row("courses/track/preview/", OF_STAFF, OF_STAFF),
    "admin:courses_track_duplicate": row(
        "courses/track/{track}/duplicate/", NOT_SO, to(302, 404, 302)
    ),
    "admin:courses_lesson_duplicate": row(
        "courses/lesson/{lesson}/duplicate/", NOT_SO, to(302, 404, 302)
    ),
    "admin:quizzes_question_duplicate": row(
        "courses/lesson/questions/{question}/duplicate/", NOT_SO, to(302, 404, 302)
    ),
    "admin:courses_lesson_syntax": row("courses/lesson/syntax/", OF_STAFF, OF_STAFF),
    "admin:courses_track_publication": row(
        "courses/track/{track}/publication/", SEEN, to(422, 404, 422)
    ),
    "admin:courses_lesson_publication": row(
        "courses/lesson/{lesson}/publication/", SEEN, to(422, 404, 422)
    ),
    "admin:courses_track_figures": row("courses/track/{track}/figures/", SEEN, NOT_SO),
    "admin:courses_track_learners": row(
        "courses/track/{track}/learners/", SEEN, NOT_SO
    ),
    "admin:courses_track_learners_file": row(
        "courses/track/{track}/learners/file/", SEEN, NOT_SO
    ),
    "admin:quizzes_question_retire": row(
        "courses/lesson/questions/{question}/retire/",
        to(200, 404, 200),
        to(302, 404, 302),
    ),
    "admin:quizzes_question_revise": row(
        "courses/lesson/questions/{question}/revise/", SEEN, SEEN
    ),
    "admin:quizzes_question_preview": row(
        "courses/lesson/questions/{question}/preview/", SEEN, SEEN
    ),
    "admin:quizzes_question_versions": row(
        "courses/lesson/questions/{question}/versions/", SEEN, SEEN
    ),
    "admin:quizzes_question_regrade": row(
        "courses/lesson/questions/{replaced}/regrade/", SEEN, SEEN
    ),
    "admin:quizzes_regrade_take_back": row(
        "courses/lesson/regrades/{regrade}/take-back/", SEEN, to(302, 404, 302)
    ),
    "admin:courses_track_version": row(
        "courses/track/{track}/history/{track_version}/", SEEN, SEEN
    ),
    "admin:courses_lesson_version": row(
        "courses/lesson/{lesson}/history/{version}/", SEEN, SEEN
    ),
    "admin:courses_track_restore": row(
        "courses/track/{track}/history/{track_version}/restore/",
        SEEN,
        to(409, 404, 409),
    ),
    "admin:courses_lesson_restore": row(
        "courses/lesson/{lesson}/history/{version}/restore/", SEEN, to(409, 404, 409)
    ),
    "admin:quizzes_question_history": row(
        "courses/lesson/questions/{question}/history/", SEEN, SEEN
    ),
    "admin:quizzes_question_restore": row(
        "courses/lesson/questions/{question}/history/{version}/restore/",
        SEEN,
        to(409, 404, 409),
    ),
    "admin:courses_track_import_zip": row(
        "courses/track/import/", OF_STAFF, to(422, 422, 422)
    ),
    "admin:courses_track_download_zip": row("courses/track/{track}/zip/", SEEN, SEEN),
    # an upload is Iris's own, also to an admin; a yes to what nobody was shown is a 409
    "admin:exchange_trackupload_look": row(
        "courses/track/import/{upload}/", to(200, 404, 404), to(409, 302, 302)
    ),
    "admin:exchange_trackupload_cancel": row(
        "courses/track/import/{upload}/cancel/", NOT_SO, HOME
    ),
    **of_groups("courses/learnergroup", "{group}"),
    **of_members("courses/groupmember", "{member}"),
    **of_objections("quizzes/objection", "{reported}"),
    **to_read("quizzes/answer", "{answered}"),
    **to_read("accounts/user", "{person}"),
    "admin:accounts_user_do": row(
        "accounts/user/{person}/do/", REFUSED, to(403, 403, 404)
    ),
    **to_read("accounts/auditevent", "{audited}"),
    **of_report("certificates/certificate", "{certificate}"),
    **of_report("courses/enrollment", "{enrollment}"),
    **of_exports("certificates/reportexport", "{export}"),
    "admin:certificates_certificate_revoke": row(
        "certificates/certificate/{certificate}/revoke/", OF_ADMINS, to(403, 403, 422)
    ),
    "admin:certificates_certificate_reissue": row(
        "certificates/certificate/{certificate}/reissue/",
        to(403, 403, 302),
        to(403, 403, 302),
    ),
}


def keys_of_rows(
    question: Question, certificate: Certificate, learner: User, admin: User
) -> dict[str, object]:
    """One row for each part of an address above; those of a track are of the question's."""
    track = question.lesson.track
    answered = Answer.objects.create(
        respondent=Respondent.objects.create(),
        question=question,
        question_revision=question.revision,
        submission=uuid4(),
        credit=1,
    )
    said = Objection.objects.create(question=question, learner=learner, text="Is it?")
    group = LearnerGroup.objects.create(name="Class 7")
    GroupMember.objects.create(group=group, learner=learner)
    TrackGroup.objects.create(group=group, track=track)
    audited = AuditEvent.objects.create(actor=admin, person=learner, what="activated")
    return {
        "track": track.pk,
        "track_type": ContentType.objects.get_for_model(track).pk,
        "lesson": question.lesson_id,
        "question": question.pk,
        **_mended(question.lesson, admin),
        "link": make_preview_link(track, admin, "").pk,
        "reported": said.pk,
        "answered": answered.pk,
        "person": learner.pk,
        "audited": audited.pk,
        "group": group.pk,
        "member": group.members.get().pk,
        "certificate": certificate.pk,
        "upload": _upload_of(track),
        "enrollment": Enrollment.objects.filter(track=track, learner=learner).get().pk,
        **_export_of(admin),
        **_versions_of(question.lesson),
    }


def _export_of(admin: User) -> dict[str, object]:
    """One that is ready, and its file."""
    now = timezone.now()
    export = ReportExport(asked_by=admin, report="enrolments", state="done")
    export.ended_at, export.expires_at = now, now + timedelta(days=7)
    export.file = f"{export.token}.xlsx"
    export.save()
    default_storage.save(f"{FOLDER}/{export.file}", ContentFile(b"PK"))
    return {"export": export.pk, "token": export.token}


def _mended(lesson: Lesson, admin: User) -> dict[str, object]:
    """Another question of the lesson, replaced after it was answered, and regraded."""
    replaced = make_question(lesson, "Mended?")
    answer(Respondent.objects.create(), replaced, "Right")
    made = full(revise(replaced), admin)
    return {"replaced": replaced.pk, "regrade": made.pk}


def _upload_of(track: Track) -> object:
    """What its instructor uploaded."""
    teacher = User.objects.get(taught__track=track)
    return keep_upload(teacher, "soil.zip", export_track_zip(track)).pk


def _versions_of(lesson: Lesson) -> dict[str, object]:
    keep_found(lesson.track_id)
    versions = Version.objects.filter(track=lesson.track_id)
    return {
        "version": versions.get(lesson=lesson).pk,
        "track_version": versions.get(lesson=None).pk,
    }
