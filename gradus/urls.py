"""All addresses; those of a room are in its own urls.py."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from accounts.admin_login import guard, no_shortcut
from gradus import health, me, pages
from gradus.admin_search import mend_search
from gradus.stock_models import keep_own_models

guard(admin.site)  # sign-in and password change lead to the account pages
mend_search(admin.site)
keep_own_models(admin.site)
admin.site.index_title = _("Home")

urlpatterns = [
    # beside the lessons stand score/ and certificate/, so these come first
    path("", include("quizzes.urls")),
    path("", include("certificates.urls")),
    path("", include("courses.urls")),
    path("me/", me.my_learning, name="me"),
    path("me/export/", me.export, name="me_export"),
    path("me/delete/", me.delete, name="me_delete"),
    path("me/tracks/<slug:track_slug>/", me.learning, name="me_track"),
    path("accounts/", include("accounts.urls")),
    path("theme/", pages.theme, name="theme"),
    path("verify/how/", pages.checking, name="checking"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("robots.txt", pages.robots, name="robots"),
    path("sitemap.xml", pages.sitemap, name="sitemap"),
    path("favicon.ico", RedirectView.as_view(url="/static/icon.svg")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/r/<path:row>", no_shortcut, name="admin_no_shortcut"),
    path("admin/", admin.site.urls),
]
handler400 = "gradus.errors.bad_request"
handler403 = "gradus.errors.forbidden"
handler404 = "gradus.errors.not_found"
handler500 = "gradus.errors.server_error"
