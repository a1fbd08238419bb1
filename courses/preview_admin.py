"""The preview links of a track, on its page in the admin: made, shown and revoked."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.models import User
from courses.models import PreviewLink, Track
from courses.publishing import make_preview_link
from courses.taught_admin import TaughtAdmin

LINKS_AT_MOST = 20  # that open a track at one time


class PreviewLinkForm(forms.ModelForm[PreviewLink]):
    class Meta:
        model = PreviewLink
        fields = ["note"]


class PreviewsTracks(TaughtAdmin):
    """A track's page with the links that show it to colleagues before it is published."""

    change_form_outer_after_template = "admin/courses/preview_links.html"

    def get_urls(self) -> list[Any]:
        make = self.admin_site.admin_view(require_POST(self.make_link_view))
        revoke = self.admin_site.admin_view(require_POST(self.revoke_link_view))
        return [
            path(
                "<int:object_id>/preview-links/", make, name="courses_previewlink_make"
            ),
            path(
                "<int:object_id>/preview-links/<int:pk>/revoke/",
                revoke,
                name="courses_previewlink_revoke",
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        track = context.get("original")
        if track is not None:
            context["preview_links"] = links_of(track)
        return super().render_change_form(request, context, *args, **kwargs)

    def _own(self, request: HttpRequest, object_id: int) -> Track:
        """The track, if it is one's own to change; hidden and missing are one 404."""
        track: Track | None = self.find(request, object_id)
        if track is None or not self.has_change_permission(request, track):
            raise Http404
        return track

    @staticmethod
    def _person(request: HttpRequest) -> User:
        """Who passed admin_view is one."""
        if not isinstance(request.user, User):
            raise Http404
        return request.user

    def make_link_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        track, maker = self._own(request, object_id), self._person(request)
        form = PreviewLinkForm(request.POST)
        open_links = track.preview_links.filter(revoked_at=None).count()
        if not form.is_valid():
            (error, *_more) = form.errors["note"]
            said = gettext("No link was made. Whom it is for: %(error)s")
            messages.error(request, said % {"error": error})
        elif open_links >= LINKS_AT_MOST:
            said = gettext("This track has %(count)s preview links. Revoke one first.")
            messages.error(request, said % {"count": open_links})
        else:
            make_preview_link(track, maker, form.cleaned_data["note"])
            said = gettext("The preview link is made.")
            self.log_change(request, track, said)
            messages.success(request, said)
        return redirect(self._links_of(track))

    def revoke_link_view(
        self, request: HttpRequest, object_id: int, pk: int
    ) -> HttpResponse:
        track = self._own(request, object_id)
        link = get_object_or_404(track.preview_links.all(), pk=pk)
        if link.revoked_at is None:
            link.revoked_at = timezone.now()
            link.save(update_fields=["revoked_at"])
            self.log_change(request, track, gettext("A preview link is revoked."))
        messages.success(request, gettext("The preview link is revoked."))
        return redirect(self._links_of(track))

    def _links_of(self, track: Track) -> str:
        return reverse("admin:courses_track_change", args=[track.pk]) + "#preview-links"


def links_of(track: Track) -> list[dict[str, Any]]:
    """The links that open the track, the newest first, and their whole addresses."""
    links = track.preview_links.filter(revoked_at=None).select_related("made_by")
    return [
        {"link": link, "address": settings.SITE_ORIGIN + link.get_absolute_url()}
        for link in links
    ]
