"""How allauth's flows meet our user model."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        """The name is set before the first save, which the database insists on."""
        user.name = form.cleaned_data["name"]
        return super().save_user(request, user, form, commit)
