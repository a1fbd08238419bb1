"""Zips for tests: sound ones, and such as nobody should unpack."""

import stat
import struct
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from exchange.track_source import TrackFolderError
from exchange.zip_files import unzip
from tests.exchange.folders import FILES


def zip_of(
    files: Mapping[str, str | bytes] = FILES, folder: str = "earth/", mode: int = 0
) -> bytes:
    """These files in that folder, in their order; mode: of each, as Unix has it."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as opened:
        for name, content in files.items():
            info = ZipInfo(folder + name)
            info.external_attr = (mode or stat.S_IFREG | 0o644) << 16
            opened.writestr(info, content, ZIP_DEFLATED)
    return archive.getvalue()


def with_field(archive: bytes, place: int, kind: str, value: int) -> bytes:
    """The archive with another value in the first entry of its directory.

    place: of the field, from the start of the entry; kind: as struct calls it.
    """
    changed = bytearray(archive)
    struct.pack_into(f"<{kind}", changed, archive.index(b"PK\x01\x02") + place, value)
    return bytes(changed)


# Where a directory's entry has its fields: APPNOTE 4.3.12.
FLAGS, METHOD, CRC, PACKED, SIZE, COMMENT, OFFSET = 8, 10, 16, 20, 24, 32, 42


def refusals(archive: bytes, name: str = "earth.zip") -> list[str]:
    """Why the zip is refused, a line each; empty where it is not."""
    try:
        unzip(archive, name)
    except TrackFolderError as error:
        return str(error).splitlines()
    return []
