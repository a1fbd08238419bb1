"""My learning, my data as a file, and the end of an account: all rooms at once."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

import accounts.person
import certificates.person
import courses.person
import exchange.person
import quizzes.person
from accounts.models import User
from courses.access import get_track_for
from courses.models import Track
from courses.progress import outlines_of
from courses.services import leave_track, take_up_again
from gradus.forms import DeleteAccountForm
from gradus.http import LearnerRequest
from quizzes.claims import claim_for

EXPORTS: Iterable[Callable[[User], dict[str, object]]] = [
    accounts.person.export_person,
    courses.person.export_person,
    quizzes.person.export_person,
    certificates.person.export_person,
    exchange.person.export_person,
]


@login_required
@require_safe
def my_learning(request: LearnerRequest) -> HttpResponse:
    """The learner's tracks with scores, certificates and data."""
    claim_for(request)  # what an earlier sign-in could not add
    mine = Track.objects.with_counts().with_enrollment(request.user).being_learned()
    begun = list(mine.with_access(request.user))
    tracks = [track for track in begun if track.is_open]  # type: ignore[attr-defined]
    context = {
        "tracks": tracks,
        "closed": [track for track in begun if track not in tracks],
        "outlines": outlines_of(tracks, request.user),
        "room": "me",
    }
    return render(request, "me.html", context)


@login_required
@require_POST
def learning(request: LearnerRequest, track_slug: str) -> HttpResponse:
    """learning=0: leave the track; learning=1: take it up again."""
    track = get_track_for(request.user, track_slug)
    match request.POST.get("learning"):
        case "0":
            leave_track(request.user, track)
        case "1":
            take_up_again(request.user, track)
        case _:
            return HttpResponseBadRequest(_("Say learning=0 or learning=1."))
    return redirect(track)


@login_required
@require_safe
def export(request: LearnerRequest) -> HttpResponse:
    """Everything about this learner as one JSON file, a key for each room."""
    data: dict[str, object] = {"exported_at": timezone.now()}
    for part in EXPORTS:
        data |= part(request.user)
    response = JsonResponse(
        data, json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    day = timezone.now().date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="my-learning-{day}.json"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: LearnerRequest) -> HttpResponse:
    """Shows what goes and what stays; with the password, erases the account."""
    data = request.POST if request.method == "POST" else None
    form = DeleteAccountForm(request.user, data)
    if form.is_valid():
        erase_account(
            request.user, withdraw=form.cleaned_data.get("certificates") == "withdraw"
        )
        logout(request)
        messages.success(request, _("Your account is deleted."))
        return redirect("catalogue")
    status = 422 if form.errors else 200
    context = {"form": form, "room": "me"}
    return render(request, "me_delete.html", context, status=status)


@transaction.atomic
def erase_account(user: User, *, withdraw: bool) -> None:
    """Empty the account in every room; certificates stay valid or are withdrawn."""
    certificates.person.erase_person(user, withdraw=withdraw)
    exchange.person.erase_person(user)
    quizzes.person.erase_person(user)
    courses.person.erase_person(user)
    accounts.person.erase_person(user)
