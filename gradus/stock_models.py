"""What the admin leaves out: models that a library registers and nobody here edits."""

from django.contrib.admin import AdminSite

ROOMS = {"accounts", "courses", "quizzes", "certificates", "exchange"}


def keep_own_models(site: AdminSite) -> None:
    """Call before site.urls is read: what is of none of our rooms goes."""
    for model in list(site._registry):
        if model._meta.app_label not in ROOMS:
            site.unregister(model)
