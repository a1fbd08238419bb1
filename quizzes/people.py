"""Who answers: a learner, or a visitor known by the server-side session."""

import hashlib
import hmac
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest

from quizzes.log import Person

RESPONDENT = "respondent"  # in the session


def person_of(request: HttpRequest) -> Person:
    """Whose answers this request may see."""
    if request.user.is_authenticated:
        return Person(learner_id=request.user.pk)
    return Person(respondent_id=visitor_in(request))


def visitor_in(request: HttpRequest) -> UUID | None:
    """The session's respondent that is not claimed yet."""
    kept = request.session.get(RESPONDENT)
    return UUID(kept) if kept else None


def new_visitor(request: HttpRequest) -> UUID:
    """An unguessable id for the first answer of a visitor.

    It is derived from the browser's CSRF cookie, so that a double click before there
    is a session makes one respondent. The cookie changes at each sign-in.
    """
    cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not cookie:
        return uuid4()
    key = settings.SECRET_KEY.encode()
    return UUID(
        bytes=hmac.digest(key, b"visitor" + cookie.encode(), hashlib.sha256)[:16]
    )
