"""Look pictures up: for a reader, or for the texts of a track."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import Reader
from courses.models import Picture, PreviewLink
from courses.picture_querysets import PictureQuerySet
from courses.shown import Pictures


def get_picture_for(reader: Reader, track_id: int, digest: str) -> Picture:
    """The picture, if this reader may see it; Http404 when hidden or missing alike."""
    found = _found(track_id, digest).visible_to(reader).first()
    if found is None:
        raise Http404
    return found


def get_open_picture(track_id: int, digest: str) -> Picture | None:
    """The picture, if every visitor may see it."""
    return _found(track_id, digest).visible_to(AnonymousUser()).first()


def get_previewed_picture(token: str, digest: str) -> Picture:
    """A picture of the track that this preview link opens; Http404."""
    links = PreviewLink.objects.filter(
        token=token, revoked_at=None, track__archived_at=None
    )
    found = Picture.objects.filter(digest=digest, track__preview_links__in=links)
    picture = found.order_by("pk").first()
    if picture is None:
        raise Http404
    return picture


def _found(track_id: int, digest: str) -> PictureQuerySet:
    """One picture; a folder may have given it two names."""
    return Picture.objects.filter(track=track_id, digest=digest).order_by("pk")


def pictures_of(track_id: int | None) -> Pictures:
    """The pictures that the texts of this track may show, by name."""
    return Picture.objects.filter(track=track_id).by_name()
