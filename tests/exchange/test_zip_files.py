"""Zips from strangers: read in memory, or refused with a reason and nothing read."""

import re
import stat
import struct
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from courses.picture_services import MAX_PICTURES
from exchange.track_folder import parse_track
from exchange.track_source import TrackFolderError
from exchange.zip_files import (
    MAX_ARCHIVE_BYTES,
    MAX_MEMBERS,
    read_track_zip,
    unzip,
    write_track_zip,
)
from tests.drawings import saved
from tests.exchange.folders import FILES
from tests.exchange.zips import (
    COMMENT,
    CRC,
    FLAGS,
    METHOD,
    OFFSET,
    PACKED,
    SIZE,
    refusals,
    with_field,
    zip_of,
)

ENCODED = {name: text.encode() for name, text in FILES.items()}
BROKEN = "This zip is broken or cut off. Make it anew."


class TestASoundZip:
    @pytest.mark.parametrize("folder", ["", "earth/"])
    def test_reads_as_the_folder_does(self, folder):
        read = read_track_zip(zip_of(folder=folder), "earth.zip")

        assert read == parse_track(ENCODED, "earth")

    def test_has_the_name_of_its_folder_and_else_its_own(self):
        assert unzip(zip_of(folder="soil/"), "earth.zip").name == "soil"
        assert unzip(zip_of(folder=""), "earth.zip").name == "earth"

    def test_may_hold_what_file_managers_add(self):
        added = {
            "earth/": "",
            "earth/.DS_Store": "x",
            "earth/.git/config": "x",
            "__MACOSX/earth/._track.md": "x",
        }
        for name, text in FILES.items():
            added[f"earth/{name}"] = text

        assert unzip(zip_of(added, folder=""), "a.zip").files == ENCODED

    def test_passes_over_other_files_and_gives_pictures_as_bytes(self):
        others = {"notes.pdf": b"x", "Soil.PNG": b"\x89PNG", "README.md": b"x"}

        read = unzip(zip_of(ENCODED | others), "a.zip").files

        assert read == ENCODED | {"Soil.PNG": b"\x89PNG", "README.md": b"x"}

    def test_may_have_names_in_utf8_with_and_without_the_flag(self):
        name = "böden.png"
        flagged = zip_of({name: b"x"})
        bare = flagged.replace(
            name.encode(), "b\N{LATIN SMALL LETTER O WITH DIAERESIS}den.png".encode()
        )
        for start in [b"PK\x03\x04", b"PK\x01\x02"]:
            place = bare.index(start) + (6 if start == b"PK\x03\x04" else 8)
            bare = bare[:place] + b"\0\0" + bare[place + 2 :]

        assert unzip(flagged, "a.zip").files == {name: b"x"}
        assert unzip(bare, "a.zip").files == {name: b"x"}

    def test_may_be_made_as_a_stream_without_sizes_before_the_data(self):
        class Stream(BytesIO):
            def seekable(self):
                return False

        made = Stream()
        with ZipFile(made, "w", ZIP_DEFLATED) as opened:
            for name, text in FILES.items():
                opened.writestr(name, text)

        assert unzip(made.getvalue(), "a.zip").files == ENCODED


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../track.md", "This name leads elsewhere."),
        ("earth/../../track.md", "This name leads elsewhere."),
        ("earth/./track.md", "This name leads elsewhere."),
        ("earth//track.md", "This name leads elsewhere."),
        ("/etc/passwd", "This name is absolute."),
        ("C:/track.md", "This name is absolute."),
        ("c:track.md", "This name is absolute."),
        ("earth\\track.md", "There is a backslash in this name."),
        ("..\\track.md", "There is a backslash in this name."),
        ("earth/tr\x07ack.md", "There is a control character in this name."),
        ("earth/tr\nack.md", "There is a control character in this name."),
        ("earth/tr\u202eack.md", "There is a control character in this name."),
        (f"earth/{'n' * 250}.md", "This name is longer than 255."),
        ("earth/more/track.md", "A track's zip has no folders in its folder."),
        ("__MACOSX/../../x", "This name leads elsewhere."),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name, reason):
    found = refusals(zip_of({"earth/01-a.md": "x", name: "x"}, folder=""))

    assert len(found) == 1
    assert reason in found[0]


def test_a_nul_in_a_name_is_refused():
    archive = zip_of({"track.md": "x", "01-aXb.md": "x"}).replace(b"aXb", b"a\0b")

    assert "There is a control character in this name." in refusals(archive)[0]


def test_names_that_are_not_utf8_are_refused():
    bare = zip_of({"01-aXb.md": "x"}).replace(b"aXb", b"a\xffb")
    flagged = zip_of({"01-aöb.md": "x"}).replace("ö".encode(), b"\xff\xff")

    assert "This name is not UTF-8. Rename the file." in refusals(bare)[0]
    assert refusals(flagged) == ["earth.zip: A name in this zip is not UTF-8."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("01-a.md", "01-A.md"),
        ("01-ä.md", "01-a\N{COMBINING DIAERESIS}.md"),
        ("ﬁ.md", "fi.md"),
        ("01-a.md", "01-a.md/"),
    ],
)
def test_names_that_look_the_same_are_refused(one, other):
    assert "has this name too" in refusals(zip_of({one: "x", other: ""}))[0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused():
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        opened.writestr("track.md", "one")
        opened.writestr("track.md", "two")

    assert "has this name too" in refusals(archive.getvalue())[0]


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK]
)
def test_links_and_devices_are_refused(kind):
    found = refusals(zip_of({"track.md": "/etc/passwd"}, mode=kind | 0o777))

    assert found[0].startswith("earth/track.md: This is ")


def test_a_folder_that_is_called_a_file_is_refused():
    assert refusals(zip_of({"track.md": "x"}, mode=stat.S_IFDIR | 0o755))


class TestABomb:
    def test_by_its_ratio_is_refused(self):
        found = refusals(zip_of({"track.md": b"\0" * 2_000_000}))

        assert found == [
            "earth/track.md: This would unpack to far more than it is. It is not unpacked."
        ]

    def test_by_the_sum_of_its_files_is_refused(self):
        noise = bytes(range(256)) * 60  # packs about fifty-fold, so no ratio tells
        files = {f"{n:02}.png": noise * 260 for n in range(17)}
        archive = zip_of({name: _mixed(each) for name, each in files.items()})

        assert refusals(archive)[-1] == (
            "earth.zip: This would unpack to more than 64 MB. It is not unpacked."
        )

    def test_by_the_number_of_its_files_is_refused_before_they_are_listed(
        self, monkeypatch
    ):
        archive = zip_of({f"{number:05}-a.md": "" for number in range(60_000)})
        monkeypatch.setattr("exchange.zip_files.ZipFile", None)

        assert refusals(archive) == [
            "earth.zip: There are more than 2000 files in this zip."
        ]

    def test_up_to_the_limit_is_none(self):
        assert not refusals(zip_of({f"{n:04}.png": "" for n in range(MAX_MEMBERS)}))

    def test_of_which_the_size_is_a_lie_never_unpacks_beyond_it(self):
        bomb = with_field(zip_of({"track.md": b"\0" * 50_000_000}), SIZE, "L", 1000)

        assert refusals(bomb) == [f"earth/track.md: {BROKEN}"]

    def test_whose_files_share_their_bytes_is_refused(self):
        archive = zip_of({"01-a.md": "x" * 90, "01-b.md": "x" * 90})
        second = archive.index(b"PK\x03\x04", 4)
        overlapping = with_field(archive, PACKED, "L", second)

        assert refusals(overlapping) == [
            "earth.zip: Files of this zip lie upon each other. Make it anew."
        ]

    @pytest.mark.parametrize("count", [MAX_PICTURES + 1, 17])
    def test_of_pictures_is_refused_before_one_is_drawn(self, count, monkeypatch):
        """A few kilobytes can say that they are 24 million pixels."""
        side = 10 if count > MAX_PICTURES else 4900
        large = saved(Image.new("1", (side, side)), "PNG")
        files = FILES | {f"p{number}.png": large for number in range(count)}
        drawn: list[str] = []
        monkeypatch.setattr(PngImageFile, "load", drawn.append)

        with pytest.raises(TrackFolderError) as refused:
            read_track_zip(zip_of(files), "earth.zip")

        (line,) = str(refused.value).splitlines()
        assert "more than 400 million pixels" in line or "holds 500 pictures" in line
        assert drawn == []

    def test_is_a_zip_of_more_than_64_mb(self):
        archive = b"PK\x03\x04" + bytes(MAX_ARCHIVE_BYTES)

        assert refusals(archive) == ["earth.zip: This zip is larger than 64 MB."]


def _mixed(content: bytes) -> bytes:
    """The same number of bytes, a twentieth of them beyond packing."""
    from random import Random

    noise = Random(7)
    step = len(content) // 20
    return noise.randbytes(step) + content[step:]


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_an_encrypted_file_is_refused(flag):
    archive = with_field(zip_of({"track.md": "x"}), FLAGS, "H", flag)

    assert refusals(archive) == [
        "earth/track.md: This is encrypted. Make the zip without a password."
    ]


def test_an_unusual_way_of_packing_is_refused():
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_BZIP2) as opened:
        opened.writestr("track.md", "x")

    assert "This is packed in an unusual way." in refusals(archive.getvalue())[0]
    assert (
        "This is packed in an unusual way."
        in (refusals(with_field(zip_of({"track.md": "x"}), METHOD, "H", 99))[0])
    )


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"%PDF-1.7", b"\x1f\x8b\x08", b"MZ" + zip_of()]
)
def test_what_is_not_a_zip_is_refused(content):
    assert refusals(content) == ["earth.zip: This is not a zip file."]


def test_an_empty_zip_is_refused():
    assert refusals(zip_of({})) == ["earth.zip: There is nothing in this zip."]


class TestABrokenZip:
    @pytest.mark.parametrize("behind", [b"x", b"<script>", zip_of({"track.md": "x"})])
    def test_behind_which_a_file_goes_on_is_refused(self, behind):
        """Of two zips one program reads the first, another the last."""
        assert refusals(zip_of() + behind) == [f"earth.zip: {BROKEN}"]

    def test_that_has_a_comment_is_read(self):
        archive = BytesIO(zip_of())
        with ZipFile(archive, "a") as opened:
            opened.comment = b"Ours."

        assert not refusals(archive.getvalue())

    @pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
    def test_that_was_cut_off_is_refused(self, part):
        archive = zip_of()

        assert refusals(archive[: int(len(archive) * part)]) == [f"earth.zip: {BROKEN}"]

    @pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
    def test_whose_bytes_are_not_those_that_were_packed_is_refused(self, method):
        archive = BytesIO()
        with ZipFile(archive, "w", method) as opened:
            opened.writestr(ZipInfo("track.md"), "Two lessons on ground", method)

        assert refusals(with_field(archive.getvalue(), CRC, "L", 1)) == [
            f"track.md: {BROKEN}"
        ]

    @pytest.mark.parametrize(
        ("field", "value"),
        [(SIZE, 5), (SIZE, 90_000), (PACKED, 5), (OFFSET, 3), (OFFSET, 0xFFFFFFF0)],
    )
    def test_whose_directory_lies_is_refused(self, field, value):
        assert refusals(with_field(zip_of(), field, "L", value))

    def test_whose_sizes_are_a_zip64s_is_refused(self):
        """64-bit sizes in the extra field: here of two exabytes, then none at all."""
        lie = zip_of({"track.md": "x"})
        info = struct.pack("<HHQQ", 1, 16, 2**61, 2**61)
        entry = lie.index(b"PK\x01\x02")
        name_end = entry + 46 + len("earth/track.md")
        grown = lie[:name_end] + info + lie[name_end:]
        grown = with_field(grown, 30, "H", len(info))
        for field in (PACKED, SIZE):
            grown = with_field(grown, field, "L", 0xFFFFFFFF)
        end = grown.index(b"PK\x05\x06")
        (length,) = struct.unpack_from("<L", grown, end + 12)
        sized = bytearray(grown)
        struct.pack_into("<L", sized, end + 12, length + len(info))
        missing = with_field(lie, SIZE, "L", 0xFFFFFFFF)

        assert refusals(bytes(sized)) == [f"earth.zip: {BROKEN}"]
        assert refusals(missing)

    def test_in_which_a_comment_swallows_the_next_files_is_refused(self):
        archive = zip_of()
        entries = [found.start() for found in re.finditer(b"PK\x01\x02", archive)]
        swallowing = with_field(archive, COMMENT, "H", entries[2] - entries[1])

        assert len(ZipFile(BytesIO(swallowing)).infolist()) == 2  # of three
        assert refusals(swallowing) == [f"earth.zip: {BROKEN}"]

    def test_whose_end_names_a_directory_elsewhere_is_refused(self):
        archive = bytearray(zip_of())
        end = archive.index(b"PK\x05\x06")
        struct.pack_into("<LL", archive, end + 12, 0xFFFFFFFE, 0xFFFFFFFE)

        assert refusals(bytes(archive)) == [f"earth.zip: {BROKEN}"]

    @given(st.data())
    def test_however_it_is_broken_ends_in_a_reason_or_in_the_same_files(self, data):
        archive = bytearray(zip_of(ENCODED))
        for _ in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(archive) - 1))
            archive[place] = data.draw(st.integers(0, 255))

        try:
            read = unzip(bytes(archive), "earth.zip").files
        except TrackFolderError:
            return
        assert sorted(read.values()) == sorted(ENCODED.values())


def test_all_that_is_wrong_with_a_zip_is_said_at_once():
    found = refusals(zip_of({"../a.md": "x", "/b.md": "x", "c\\d.md": "x"}, folder=""))

    assert len(found) == 3


def test_mistakes_in_the_files_are_named_with_file_and_line():
    archive = zip_of(FILES | {"01-loam.md": FILES["01-loam.md"].replace("[x]", "[y]")})

    with pytest.raises(TrackFolderError, match=r"^01-loam\.md:12: "):
        read_track_zip(archive, "earth.zip")


class TestAWrittenZip:
    def test_holds_one_folder_with_sorted_names_and_no_date(self):
        archive = write_track_zip(ENCODED, "earth")

        with ZipFile(BytesIO(archive)) as opened:
            infos = opened.infolist()
        assert [info.filename for info in infos] == [
            "earth/01-loam.md",
            "earth/02-peat.md",
            "earth/track.md",
        ]
        assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}

    def test_is_the_same_for_the_same_files_in_any_order(self):
        turned = dict(reversed(ENCODED.items()))

        assert write_track_zip(turned, "earth") == write_track_zip(ENCODED, "earth")

    @given(
        st.dictionaries(
            st.from_regex(r"[a-z0-9-]{1,20}\.(md|png)", fullmatch=True),
            st.binary(max_size=500),
            min_size=1,
        )
    )
    def test_reads_back_as_the_files_it_was_written_from(self, files):
        read = unzip(write_track_zip(files, "earth"), "other.zip")

        assert (read.name, read.files) == ("earth", files)

    def test_is_taken_back_whatever_its_text_repeats(self):
        """A lesson with one question many times over packs more than a hundredfold."""
        files = ENCODED | {"01-loam.md": ENCODED["01-loam.md"] * 2_000}

        assert unzip(write_track_zip(files, "earth"), "earth.zip").files == files
