from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class QuizzesConfig(AppConfig):
    name = "quizzes"
    verbose_name = _("Self-checks")

    def ready(self) -> None:
        user_logged_in.connect(_claim, dispatch_uid="claim what a visitor did")


def _claim(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    from quizzes.claims import claim_for

    request.user = user
    claim_for(request)
