"""A track folder in a zip: read in memory and trusted in nothing, or written for download.

Every member is looked at before one is unpacked, and nothing of an archive reaches the
disk. A zip holds one folder's files, bare or in one folder, as file managers make it.
Source: APPNOTE.TXT 6.3.10 (PKWARE).
"""

import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from courses.pictures import pixels_in
from exchange.source_file import shortened
from exchange.track_folder import parse_track
from exchange.track_pictures import is_picture
from exchange.track_source import Problem, TrackFolderError, TrackSource

MAX_ARCHIVE_BYTES = 64 * 1024 * 1024  # the pictures that a track may hold, and texts
MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 64 * 1024 * 1024  # of all members together
MAX_RATIO = 100  # unpacked to packed; text has 3 to 10, the worst bomb 1,032
MAX_PIXELS = 400_000_000  # of all pictures together; they take about 20 seconds
SMALL = 100_000  # bytes: below it no ratio is a bomb
MAX_NAME = 255

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can say
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# What the stdlib raises on a directory that is no directory.
_BROKEN = (BadZipFile, ValueError, struct.error, NotImplementedError, OSError, EOFError)


def read_track_zip(archive: bytes, file_name: str) -> TrackSource:
    """The track in this zip.

    file_name: of the zip; it names the folder where the zip has none of its own.

    Raises:
        TrackFolderError: with all that is wrong with the zip; or else, with all
            problems of all files.
    """
    folder = unzip(archive, file_name)
    pictures = filter(is_picture, folder.files)
    if sum(pixels_in(folder.files[name]) for name in pictures) > MAX_PIXELS:
        message = _(
            "The pictures in this zip have more than 400 million pixels together. "
            "Make them smaller."
        )
        raise TrackFolderError([Problem(shortened(file_name), 0, message)])
    return parse_track(folder.files, folder.name)


@dataclass(frozen=True)
class Unzipped:
    """A folder's name and its files that may be part of a track, by name."""

    name: str
    files: dict[str, bytes]


def unzip(archive: bytes, file_name: str) -> Unzipped:
    """The files of the one folder in this zip.

    Raises:
        TrackFolderError: with the reasons for which nothing of it was read.
    """
    problems: list[Problem] = []
    members = _Directory(archive, file_name).members()
    for member in members:
        problems += [Problem(member.shown, 0, fault) for fault in member.faults()]
    problems += _faults_of_all(members, file_name)
    if problems:
        raise TrackFolderError(problems)
    wanted = [member for member in members if not member.is_passed_over]
    folder = _folder_of(wanted)
    files = {}
    for member in wanted:
        name = member.name.removeprefix(f"{folder}/")
        if "/" in name:
            message = _(
                "A track's zip has no folders in its folder. Take this one out."
            )
            problems.append(Problem(member.shown, 0, message))
        elif (name.lower().endswith(".md") or is_picture(name)) and not problems:
            files[name] = member.unpacked()
    if problems:
        raise TrackFolderError(problems)
    return Unzipped(folder or PurePosixPath(file_name).stem, files)


def _folder_of(members: Iterable["_Member"]) -> str:
    """The one folder in which all of them lie; empty where there is none."""
    tops = {member.name.partition("/")[0] for member in members}
    bare = any("/" not in member.name for member in members)
    return tops.pop() if len(tops) == 1 and not bare else ""


@dataclass(frozen=True)
class _Directory:
    archive: bytes
    file_name: str

    def members(self) -> list["_Member"]:
        """All members, none of them unpacked; their number is bounded before any is read."""
        if len(self.archive) > MAX_ARCHIVE_BYTES:
            raise self._refused(_("This zip is larger than 64 MB."))
        if self.archive.startswith(b"PK\x05\x06"):
            raise self._refused(_("There is nothing in this zip."))
        if not self.archive.startswith(b"PK\x03\x04"):
            raise self._refused(_("This is not a zip file."))
        if self.archive.count(b"PK\x01\x02") > MAX_MEMBERS:
            message = _("There are more than {most} files in this zip.")
            raise self._refused(message.format(most=MAX_MEMBERS))
        try:
            with ZipFile(BytesIO(self.archive)) as opened:
                found, end = opened.infolist(), opened.start_dir
            told = _number_told(self.archive)
        except UnicodeDecodeError:
            raise self._refused(_("A name in this zip is not UTF-8.")) from None
        except _BROKEN:
            raise self._refused(_broken()) from None
        members = [_Member.found(self.archive, info) for info in found]
        sound = [member for member in members if member is not None]
        is_alone = min((each.info.header_offset for each in sound), default=0) == 0
        if told != len(found) or len(sound) != len(found) or not is_alone:
            raise self._refused(_broken())
        if _overlap(sound, end):
            message = _("Files of this zip lie upon each other. Make it anew.")
            raise self._refused(message)
        return sound

    def _refused(self, message: str) -> TrackFolderError:
        return TrackFolderError([Problem(shortened(self.file_name), 0, message)])


def _number_told(archive: bytes) -> int:
    """How many members the zip says it has: the standard library takes what it finds.

    Raises:
        ValueError: it is not the end of the file that says so.
    """
    end = archive.rindex(b"PK\x05\x06")
    number, comment = struct.unpack_from("<H8xH", archive, end + 10)
    if end + 22 + comment != len(archive):
        raise ValueError("something stands behind the zip")
    if number == 0xFFFF:  # a zip64, which has a longer record before it
        longer = archive.rindex(b"PK\x06\x06", 0, end)
        (number,) = struct.unpack_from("<Q", archive, longer + 32)
    return int(number)


def _broken() -> str:
    return _("This zip is broken or cut off. Make it anew.")


@dataclass(frozen=True)
class _Member:
    """One member: what the directory says of it, and where its bytes lie."""

    archive: bytes
    info: ZipInfo
    name: str  # as stored; with replacement characters where it is not UTF-8
    data: int  # where its packed bytes start

    @classmethod
    def found(cls, archive: bytes, info: ZipInfo) -> "_Member | None":
        """None where the place that the directory names holds no such member."""
        start = info.header_offset
        if not 0 <= start <= len(archive) - _LOCAL.size:
            return None
        signature, *_others, long, extra = _LOCAL.unpack_from(archive, start)
        raw = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
        is_its = archive.startswith(raw, start + _LOCAL.size) and long == len(raw)
        data = start + _LOCAL.size + long + extra
        if signature != b"PK\x03\x04" or not is_its:
            return None
        if not 0 <= info.compress_size <= len(archive) - data:
            return None
        return cls(archive, info, raw.decode("utf-8", "replace"), data)

    @property
    def shown(self) -> str:
        return shortened(self.name)

    @property
    def end(self) -> int:
        return self.data + self.info.compress_size

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def is_passed_over(self) -> bool:
        """A folder itself, what is hidden, and what macOS lays beside each file."""
        parts = self.name.split("/")
        hidden = any(part.startswith(".") for part in parts)
        return self.is_folder or hidden or parts[0] == "__MACOSX"

    def faults(self) -> Iterator[str]:
        yield from _name_faults(self.name)
        mode = self.info.external_attr >> 16
        kind = stat.S_IFMT(mode)
        if stat.S_ISLNK(mode):
            yield _("This is a symbolic link. Put the file itself in its place.")
        elif kind not in {0, stat.S_IFREG, stat.S_IFDIR} or (
            kind == stat.S_IFDIR and not self.is_folder
        ):
            yield _("This is not an ordinary file. Remove it.")
        if self.info.flag_bits & _ENCRYPTED:
            yield _("This is encrypted. Make the zip without a password.")
        elif self.info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            yield _("This is packed in an unusual way. Make a zip with “deflate”.")
        size, packed = self.info.file_size, self.info.compress_size
        if size > SMALL and size > MAX_RATIO * packed:
            yield _("This would unpack to far more than it is. It is not unpacked.")

    def unpacked(self) -> bytes:
        """Its bytes: never more than the directory says, whatever they unpack to.

        Raises:
            TrackFolderError: they are not what the directory says.
        """
        packed = self.archive[self.data : self.end]
        content = packed
        is_whole = True
        if self.info.compress_type == ZIP_DEFLATED:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflate.decompress(packed, self.info.file_size + 1)
            except zlib.error:
                is_whole = False
            is_whole = is_whole and inflate.eof and not inflate.unused_data
        is_whole = is_whole and len(content) == self.info.file_size
        if not is_whole or zlib.crc32(content) != self.info.CRC:
            raise TrackFolderError([Problem(self.shown, 0, _broken())])
        return content


def _name_faults(name: str) -> Iterator[str]:
    parts = name.removesuffix("/").split("/")
    if "\N{REPLACEMENT CHARACTER}" in name:
        yield _("This name is not UTF-8. Rename the file.")
    elif _BIDI.search(name) or any(map(_is_control, name)):
        yield _("There is a control character in this name. Rename the file.")
    if "\\" in name:
        yield _("There is a backslash in this name. Rename the file.")
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        yield _("This name is absolute. Put the files into one folder.")
    elif any(part in {"", ".", ".."} for part in parts):
        yield _("This name leads elsewhere. Put the files into one folder.")
    if len(name) > MAX_NAME:
        yield _("This name is longer than {most}. Shorten it.").format(most=MAX_NAME)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def _faults_of_all(members: Iterable[_Member], file_name: str) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    total = 0
    for member in members:
        total += member.info.file_size
        key = _same_for_people(member.name.removesuffix("/"))
        if other := taken.get(key):
            message = _("{other} has this name too. Rename one of them.")
            yield Problem(member.shown, 0, message.format(other=shortened(other)))
        taken[key] = member.name
    if total > MAX_UNPACKED_BYTES:
        message = _("This would unpack to more than 64 MB. It is not unpacked.")
        yield Problem(shortened(file_name), 0, message)


def _same_for_people(name: str) -> str:
    """Equal for names that differ only by case or by how Unicode spells them."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _overlap(members: Iterable[_Member], directory: int) -> bool:
    """Whether any two share bytes, or one reaches into the directory."""
    last = 0
    for member in sorted(members, key=lambda each: each.info.header_offset):
        if member.info.header_offset < last:
            return True
        last = member.end
    return last > directory


def write_track_zip(files: Mapping[str, bytes], folder: str) -> bytes:
    """The files in one folder of that name; the same files give the same bytes."""
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        for name in sorted(files):
            info = ZipInfo(f"{folder}/{name}", _EPOCH)
            info.create_system = 3  # Unix, on whatever it is made
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            is_whole = is_picture(name) or _packs_like_a_bomb(files[name])
            way = ZIP_STORED if is_whole else ZIP_DEFLATED
            opened.writestr(info, files[name], way, 9)
    return archive.getvalue()


def _packs_like_a_bomb(content: bytes) -> bool:
    """Whether it would be refused once it was packed, such as a text that repeats itself."""
    if len(content) <= SMALL:
        return False
    return len(content) > MAX_RATIO * len(zlib.compress(content, 9, -zlib.MAX_WBITS))
