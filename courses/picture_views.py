"""The widths of pictures, to whoever may see the lesson that shows them."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import (
    add_never_cache_headers,
    get_conditional_response,
    patch_cache_control,
)
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from courses.models import Picture
from courses.picture_access import (
    get_open_picture,
    get_picture_for,
    get_previewed_picture,
)
from courses.picture_store import (
    PictureMissingError,
    PictureStorageError,
    read_width,
)

A_YEAR = 365 * 24 * 3600  # seconds; the bytes at an address never change
RETRY_AFTER = 60  # seconds
_log = logging.getLogger(__name__)


class DigestConverter:
    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@require_safe
def picture(
    request: HttpRequest, track_id: int, digest: str, width: int
) -> HttpResponse:
    """Public where every visitor may see it: then no session is read."""
    found = get_open_picture(track_id, digest)
    is_public = found is not None
    if found is None:
        found = get_picture_for(request.user, track_id, digest)
    return _send(request, found, width, is_public=is_public)


@require_safe
def preview_picture(
    request: HttpRequest, token: str, digest: str, width: int
) -> HttpResponse:
    """For whoever has a preview link, of a draft too; no session is read."""
    found = get_previewed_picture(token, digest)
    return _send(request, found, width, is_public=False)


def _send(
    request: HttpRequest, picture: Picture, width: int, *, is_public: bool
) -> HttpResponse:
    """The file, or 304 to who has it; a width that the picture has not got is a 404."""
    if width not in picture.widths:
        raise Http404
    etag = f'"{picture.digest}-{width}"'
    try:
        answer = get_conditional_response(request, etag=etag) or _file(picture, width)
    except PictureStorageError:
        return _later()
    answer.headers["ETag"] = etag
    who = "public" if is_public else "private"
    patch_cache_control(answer, max_age=A_YEAR, immutable=True, **{who: True})
    return answer


def _file(picture: Picture, width: int) -> HttpResponse:
    try:
        content = read_width(picture, width)
    except PictureMissingError as error:
        _log.error("The storage has no file %s", error)
        raise Http404 from error
    return HttpResponse(content, content_type="image/webp")


def _later() -> HttpResponse:
    said = gettext("The pictures cannot be reached just now.")
    answer = HttpResponse(said, status=503, content_type="text/plain; charset=utf-8")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(answer)
    return answer
