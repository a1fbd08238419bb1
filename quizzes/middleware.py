"""Try again what a sign-in could not claim."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from quizzes.claims import claim_for


class ClaimMiddleware:
    """At a learner's next answer or mark; free where nothing is left to claim."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and request.path.startswith("/tracks/"):
            claim_for(request)
        return self.get_response(request)
