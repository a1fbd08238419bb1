"""Look a certificate up by its code or address, or check a file that somebody sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.throttle import TooOftenError, client_of, count_one
from certificates.carriers import CarrierError
from certificates.checking import check_upload
from certificates.forms import VerifyFileForm, VerifyForm
from gradus.http import revalidated, too_often

LOOK_UPS_A_MINUTE = 30
FILES_A_MINUTE = 10


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The two forms. ?code= leads to the certificate; POST looks at a file."""
    try:
        if request.method == "POST":
            count_one(
                "verify_file", client_of(request), limit=FILES_A_MINUTE, seconds=60
            )
            return _check_file(request)
        if "code" in request.GET:
            count_one("verify", client_of(request), limit=LOOK_UPS_A_MINUTE, seconds=60)
            return _look_up(request)
    except TooOftenError as error:
        return too_often(request, error)
    return _page(request, VerifyForm(), VerifyFileForm())


def _look_up(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _page(request, form, VerifyFileForm(), status=422)
    return redirect("certificate", form.cleaned_data["code"])


def _check_file(request: HttpRequest) -> HttpResponse:
    """What is found is said at once: nothing of the file is kept to come back to."""
    form = VerifyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, VerifyForm(), form, status=422)
    try:
        finding = check_upload(request.user, form.cleaned_data["file"].read())
    except CarrierError as error:
        form.add_error("file", str(error))
        return _page(request, VerifyForm(), form, status=422)
    context = {
        "finding": finding,
        "certificate": finding.certificate,
        "status": finding.status,
        "state": finding.status.state.value if finding.status else "",
    }
    return render(request, "certificates/verified.html", context)


def _page(
    request: HttpRequest, form: VerifyForm, file_form: VerifyFileForm, status: int = 200
) -> HttpResponse:
    refused = file_form if file_form.errors else form
    context = {"form": form, "file_form": file_form, "refused": refused}
    page = render(request, "certificates/verify.html", context, status=status)
    return revalidated(page)
