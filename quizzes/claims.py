"""What a visitor did in this browser becomes the learner's at sign-in."""

import logging

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.marks import MARKS, marks_in
from quizzes.people import RESPONDENT, visitor_in
from quizzes.services import Claimed, claim_visit

logger = logging.getLogger(__name__)


def claim_for(request: HttpRequest) -> None:
    """Claim what the session keeps for this learner, and say what was added.

    A failure is logged and blocks nothing: what is kept stays in the session, and
    the next answer, mark or visit to /me/ tries again.
    """
    visitor, marks = visitor_in(request), marks_in(request.session)
    if not request.user.is_authenticated or (visitor is None and not marks):
        return
    try:
        claimed = claim_visit(request.user, visitor, marks)
    except DatabaseError:
        logger.exception("claiming a visit failed")
        return
    request.session.pop(RESPONDENT, None)
    request.session.pop(MARKS, None)
    if said := words_for(claimed):
        messages.success(request, said)


def words_for(claimed: Claimed) -> str:
    """ "5 answers and 2 lessons marked done were added."; empty for nothing."""
    answers = ngettext("%(n)s answer", "%(n)s answers", claimed.answers) % {
        "n": claimed.answers
    }
    lessons = ngettext(
        "%(n)s lesson marked done", "%(n)s lessons marked done", claimed.lessons
    ) % {"n": claimed.lessons}
    if claimed.answers and claimed.lessons:
        return _("%(answers)s and %(lessons)s were added.") % {
            "answers": answers,
            "lessons": lessons,
        }
    if not claimed.answers and not claimed.lessons:
        return ""
    one = claimed.answers + claimed.lessons == 1
    said = _("%(what)s was added.") if one else _("%(what)s were added.")
    return said % {"what": answers if claimed.answers else lessons}
