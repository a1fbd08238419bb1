"""How a picture of a track stands in the page. Plain values; nothing reads the database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from urllib.parse import unquote

COLUMN = 640  # px, the column of text at its widest

ADDRESS = r"/media/[0-9]{1,19}/[0-9a-f]{64}-[0-9]{1,4}\.webp"
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


@dataclass(frozen=True)
class ShownPicture:
    """Where the widths of a picture are, and how large it is itself."""

    track_id: int
    digest: str
    width: int
    height: int
    widths: tuple[int, ...]

    def address(self, width: int) -> str:
        return f"/media/{self.track_id}/{self.digest}-{width}.webp"


type Pictures = Mapping[str, ShownPicture]  # those of a track, by file name
NO_PICTURES: Pictures = MappingProxyType({})


def picture_name(target: str) -> str | None:
    """The file name in the address of a picture; None where it leads elsewhere."""
    if _ELSEWHERE.match(target):
        return None
    return unquote(target).removeprefix("./")


def picture_tag(shown: ShownPicture, description: str) -> str:
    """The element that shows it: its place is kept, it is fetched when it comes near."""
    addresses = [f"{shown.address(width)} {width}w" for width in shown.widths]
    room = min(shown.width, COLUMN)
    return (
        f'<img src="{shown.address(shown.widths[-1])}" srcset="{", ".join(addresses)}"'
        f' sizes="(min-width: {room}px) {room}px, 100vw"'
        f' width="{shown.width}" height="{shown.height}"'
        f' loading="lazy" decoding="async" alt="{escape(description)}">'
    )
