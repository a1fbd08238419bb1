"""Revoking a certificate and issuing it anew, on pages of their own; for admins alone."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people import admin_in
from certificates import services
from certificates.forms import why_unsigned
from certificates.models import Certificate, CertificateDocument
from certificates.status import State
from certificates.status_forms import ReasonForm, RevokeForm

logger = logging.getLogger(__name__)
MODEL = "certificates_certificate"


class StatusPages:
    """To stand before the admin of certificates: the two pages, and the ways to them."""

    admin_site: Any
    opts: Any
    change_form_template = "admin/certificates/certificate.html"

    def get_urls(self) -> list[Any]:
        pages = {"revoke": _revoke, "reissue": _reissue}
        urls: list[Any] = super().get_urls()  # type: ignore[misc]
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(partial(view, self)),
                name=f"{MODEL}_{name}",
            )
            for name, view in pages.items()
        ] + urls

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        certificate: Any = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if certificate is not None:
            line = _line_of(certificate)
            context |= {"line": line, "offered": _offered(request, certificate, line)}
        page: HttpResponse = super().change_view(  # type: ignore[misc]
            request, object_id, form_url, context
        )
        return page


def _line_of(certificate: Certificate) -> list[Certificate]:
    """All of its enrolment, each with its state, in the order of their succession."""
    line = Certificate.objects.filter(enrollment=certificate.enrollment_id)
    return list(line.with_kinds().order_by("pk"))


def _offered(request: HttpRequest, certificate: Certificate, line: list[Any]) -> str:
    """ "revoke" or "reissue", where this person may do it to this one; else ""."""
    current = line[-1]
    if admin_in(request) is None or current.pk != certificate.pk:
        return ""
    return {State.VALID: "revoke", State.REVOKED: "reissue"}.get(current.state, "")


def _revoke(admin: StatusPages, request: HttpRequest, pk: int) -> HttpResponse:
    actor, certificate = _asked(request, pk)
    if certificate.state != State.VALID:
        return _not_so(request, certificate, _("Only a valid certificate is revoked."))

    def act(reason: str) -> Certificate:
        services.revoke(certificate, actor, reason)
        messages.success(request, _("The certificate is revoked, for good."))
        return certificate

    return _page(admin, request, certificate, RevokeForm, act)


def _reissue(admin: StatusPages, request: HttpRequest, pk: int) -> HttpResponse:
    actor, certificate = _asked(request, pk)
    is_current = certificate.current_code == certificate.code
    if certificate.state != State.REVOKED or not is_current:
        said = _("Only a revoked certificate that has no successor is issued anew.")
        return _not_so(request, certificate, said)

    def act(reason: str) -> Certificate:
        new = services.issue_anew(certificate, actor, reason)
        said = _("Issued anew as %(code)s. The revoked one stays revoked.")
        messages.success(request, said % {"code": new.code})
        return new

    return _page(admin, request, certificate, ReasonForm, act)


def _asked(request: HttpRequest, pk: int) -> tuple[User, Certificate]:
    """Who asks, and about which.

    Raises:
        PermissionDenied: it is no admin.
        Http404: there is none.
    """
    actor = admin_in(request)
    if actor is None:
        raise PermissionDenied
    found = Certificate.objects.for_page().with_kinds().filter(pk=pk).first()
    if found is None:
        raise Http404
    return actor, found


def _not_so(request: HttpRequest, certificate: Certificate, said: str) -> HttpResponse:
    messages.info(request, said)
    return redirect(_address(certificate))


def _page(
    admin: StatusPages,
    request: HttpRequest,
    certificate: Certificate,
    form_class: type[ReasonForm],
    act: Callable[[str], Certificate],
) -> HttpResponse:
    """The form; a POST with a good reason acts, and leads to what came of it."""
    holder = User.objects.get(enrollments=certificate.enrollment_id)
    printed = CertificateDocument.objects.filter(
        certificate__enrollment=certificate.enrollment_id
    )
    form = form_class(
        request.POST if request.method == "POST" else None,
        names=[*printed.values_list("name", flat=True), holder.name],
        email=holder.email,
    )
    if form.is_valid():
        try:
            return redirect(_address(act(form.cleaned_data["reason"])))
        except services.CertificateError:  # since it was read above
            said = _("It was changed in the meantime. See what it is now.")
            return _not_so(request, certificate, said)
        except services.CANNOT_SIGN as error:
            logger.error("certificate not signed: %s", error)
            form.add_error(None, why_unsigned(error))
    context = {
        **admin.admin_site.each_context(request),
        "title": _("Revoke") if form_class is RevokeForm else _("Issue anew"),
        "subtitle": certificate.code,
        "opts": admin.opts,
        "certificate": certificate,
        "form": form,
        "is_final": form_class is RevokeForm,
        "change_url": _address(certificate),
    }
    template = "admin/certificates/reason.html"
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, template, context, status=status)


def _address(certificate: Certificate) -> str:
    return reverse(f"admin:{MODEL}_change", args=[certificate.pk])
