"""What the holder of a certificate does to replace it: correct its name, update it."""

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from certificates import services
from certificates.access import corrections_used, get_held_certificate
from certificates.addresses import in_one_spelling
from certificates.forms import CorrectForm, why_unsigned
from certificates.models import Certificate
from certificates.outlook import Outlook
from certificates.status import State
from certificates.updating import NotUpdatedError, read_outlook, update_certificate
from gradus.http import LearnerRequest

logger = logging.getLogger(__name__)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@in_one_spelling
def correct(request: LearnerRequest, code: str) -> HttpResponse:
    """ "This is not my name": POST issues one with the corrected name in its place."""
    held = get_held_certificate(request.user, code)
    is_late = request.method == "POST" and held.state == State.SUPERSEDED
    if held.state != State.VALID and not is_late:
        return _lead_on(request, held)
    left = services.CORRECTIONS_AT_MOST - corrections_used(held)
    if request.method != "POST":
        form = CorrectForm(initial={"name": held.printed_name})
        return _correct_page(request, held, form, left)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _correct_page(request, held, form, left, status=422)
    return _corrected(request, held, form, left)


def _corrected(
    request: LearnerRequest, held: Certificate, form: CorrectForm, left: int
) -> HttpResponse:
    name = form.cleaned_data["name"]
    try:
        current = services.supersede(held, name, _("the name was corrected"))
    except services.CorrectionsUsedError:
        return _correct_page(request, held, form, left=0, status=409)
    except services.CertificateError:  # revoked or withdrawn since it was read above
        return redirect(held)
    except services.CANNOT_SIGN as error:
        logger.error("certificate not signed: %s", error)
        form.add_error(None, why_unsigned(error))
        return _correct_page(request, held, form, left, status=503)
    if current.pk == held.pk:
        said = _("The certificate says “%(name)s” already. Nothing was changed.")
        messages.info(request, said % {"name": name})
    elif current.documents.filter(name=name).exists():
        messages.success(request, _("The name is corrected. This one is valid now."))
    else:
        said = _("Another change came first. This is your certificate as it is now.")
        messages.info(request, said)
    return redirect(current)


def _correct_page(
    request: LearnerRequest,
    held: Certificate,
    form: CorrectForm,
    left: int,
    status: int = 200,
) -> HttpResponse:
    """The form, or whom to write to where nothing is left of the corrections."""
    page = "correct" if left > 0 else "corrections_used"
    context = {
        "certificate": held,
        "form": form,
        "left": left,
        "most": services.CORRECTIONS_AT_MOST,
        "typed": form.data.get("name", "") if form.is_bound else "",
        "contact": settings.SITE_CONTACT,
    }
    return render(request, f"certificates/{page}.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@in_one_spelling
def update(request: LearnerRequest, code: str) -> HttpResponse:
    """Old and new side by side; POST issues the new one, if it is what was shown."""
    held = get_held_certificate(request.user, code)
    if held.state != State.VALID:
        return _lead_on(request, held)
    if request.method != "POST":
        return _update_page(request, held, read_outlook(held))
    try:
        current = update_certificate(held, request.POST.get("seen", ""))
    except NotUpdatedError as refusal:
        return _update_page(request, held, refusal.outlook, status=409)
    except services.CertificateError:  # revoked or withdrawn since it was read above
        return redirect(held)
    except services.CANNOT_SIGN as error:
        logger.error("certificate not signed: %s", error)
        messages.error(request, why_unsigned(error))
        return redirect("update_certificate", held.code)
    if current.pk == held.pk:
        messages.info(request, _("Nothing changed since it was issued."))
    else:
        messages.success(
            request, _("Your certificate is updated: this is the new one.")
        )
    return redirect(current)


def _update_page(
    request: LearnerRequest,
    held: Certificate,
    outlook: Outlook | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "certificate": held,
        "outlook": outlook,
        "is_late": status == 409,
    }
    return render(request, "certificates/update.html", context, status=status)


def _lead_on(request: LearnerRequest, held: Certificate) -> HttpResponse:
    """To the current one's page, which says why nothing replaces a revoked one."""
    if held.state == State.REVOKED:
        messages.info(request, _("A revoked certificate stays as it is."))
    return redirect("certificate", held.current_code)
