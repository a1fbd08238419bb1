"""What is found in an uploaded file, and what is said of one that is no good."""

import subprocess
import sys
import tracemalloc
import zlib
from io import BytesIO

import pikepdf
import pypdf
import pytest

from certificates.carriers import (
    MAX_FILE_BYTES,
    MAX_TEXT_BYTES,
    CarrierError,
    Form,
    read_carrier,
)
from tests.certificates.carried import PNG_START, baked, chunk, pdf, png, raw_pdf

TEXT = '{"type": ["OpenBadgeCredential"], "name": "Bodenkunde, für Ä. سلام"}'
CUT_OFF = "This image is cut off or damaged."
TOO_LARGE = "The certificate in this file is larger than 256 KB."
NO_PDF_CERTIFICATE = "This PDF carries no certificate"
LARGE = '{"type": "OpenBadgeCredential", "x": "' + "x" * MAX_TEXT_BYTES + '"}'


def refusal(data: bytes) -> str:
    with pytest.raises(CarrierError) as raised:
        read_carrier(data)
    return str(raised.value)


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (Form.JSON, TEXT.encode()),
        (Form.JSON, b"\xef\xbb\xbf" + TEXT.encode()),
        (Form.PNG, baked(TEXT)),
        (Form.PNG, baked(TEXT, packed=True)),
        (Form.PDF, pdf({"credential.json": TEXT})),
        (Form.PDF, pdf({"credential.json": TEXT}, packed=False)),
        (
            Form.PDF,
            pdf({"a.txt": "Read me", "credential.json": TEXT, "b.txt": "And me"}),
        ),
        (
            Form.PDF,
            pdf(
                {"credential.json": TEXT},
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            ),
        ),
        (Form.PDF, pdf({"credential.json": TEXT}, linearize=True)),
        (Form.PDF, b"\n\njunk\n" + pdf({"credential.json": TEXT})),
        (Form.PDF, raw_pdf((b"", TEXT.encode()))),
        (Form.PDF, raw_pdf((b"/Desc(/Encrypt)", TEXT.encode()))),
        (
            Form.PDF,
            raw_pdf(
                (b"/Filter [/FlateDecode]/Length 9 0 R", zlib.compress(TEXT.encode()))
            ),
        ),
    ],
    ids=[
        "JSON",
        "JSON with a byte order mark",
        "PNG",
        "packed PNG",
        "PDF",
        "unpacked PDF",
        "one of several files",
        "PDF of object streams",
        "linearised PDF",
        "something before the PDF",
        "no length",
        "a word that only looks like a lock",
        "length elsewhere",
    ],
)
def test_the_text_is_found_as_it_was_put_in(form, data):
    found = read_carrier(data)

    assert (found.form, found.text) == (form, TEXT)


def test_a_pdf_saved_anew_by_another_program_still_carries_it():
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf({"credential.json": TEXT})))
    writer.add_blank_page(100, 100)
    out = BytesIO()
    writer.write(out)

    assert read_carrier(out.getvalue()).text == TEXT


def test_the_same_certificate_twice_in_a_pdf_is_one():
    assert read_carrier(pdf({"a.json": TEXT, "b.json": TEXT})).text == TEXT


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "neither JSON, nor a PDF, nor a PNG"),
        (b"hello", "neither JSON, nor a PDF, nor a PNG"),
        (b"\xff\xd8\xff\xe0 a photograph", "neither JSON, nor a PDF, nor a PNG"),
        (TEXT.encode("utf-16"), "neither JSON, nor a PDF, nor a PNG"),
        (b'{"name": "\xff"}', "is not UTF-8"),
        (b"{" + b" " * MAX_FILE_BYTES, "larger than 1 MB"),
        (LARGE.encode(), TOO_LARGE),
    ],
)
def test_what_is_no_carrier_is_told_so(data, said):
    assert said in refusal(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PNG_START, CUT_OFF),
        (baked(TEXT)[:-20], CUT_OFF),
        (PNG_START + b"\xff" * 100, CUT_OFF),
        (baked(TEXT).replace(b"Boden", b"boden"), CUT_OFF),  # its checksum is another
        (png(), "carries no certificate"),
        (png(chunk(b"iTXt", b"openbadgecredentials\0\0\0\0\0{}")), "carries no"),
        (png(chunk(b"iTXt", b"openbadgecredential\0")), CUT_OFF),
        (png(chunk(b"iTXt", b"openbadgecredential\0\0\0no end")), CUT_OFF),
        (png(chunk(b"iTXt", b"openbadgecredential\0\1\1\0\0x")), CUT_OFF),
        (png(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0not zlib")), CUT_OFF),
        (
            png(*[chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")] * 2),
            "more than one",
        ),
        (baked(LARGE), TOO_LARGE),
        (baked(bytes(30_000_000), packed=True), TOO_LARGE),
        (png(*[chunk(b"iTXt", b"")] * 80_000), "carries no certificate"),
    ],
    ids=[
        "its beginning alone",
        "cut off",
        "lengths of nonsense",
        "a byte changed",
        "no text",
        "another keyword",
        "nothing after the keyword",
        "no translation",
        "another packing",
        "packed wrongly",
        "two",
        "large",
        "bomb",
        "80,000 chunks",
    ],
)
def test_a_picture_that_is_no_good_is_told_so(data, said):
    assert said in refusal(data)


FLATE = b"/Filter/FlateDecode"
BOMB = zlib.compress(b'"OpenBadgeCredential"' + b" " * 30_000_000)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf({}), NO_PDF_CERTIFICATE),
        (pdf({"credential.json": "{}"}), NO_PDF_CERTIFICATE),
        (b"%PDF-1.7", NO_PDF_CERTIFICATE),
        (pdf({"c": TEXT}).split(b"endstream")[0][:-9], NO_PDF_CERTIFICATE),
        (pdf({"a": TEXT, "b": TEXT.upper() + TEXT}), "more than one certificate"),
        (
            pdf({"a": TEXT}, encryption=pikepdf.Encryption(owner="o", user="u")),
            "is protected",
        ),
        (pdf({f"{n}": f"{n}" for n in range(20)}), "too many files"),
        (raw_pdf((FLATE, BOMB)), TOO_LARGE),
        (raw_pdf((FLATE, zlib.compress(zlib.compress(BOMB)))), NO_PDF_CERTIFICATE),
        (raw_pdf((b"/Filter/LZWDecode", TEXT.encode())), NO_PDF_CERTIFICATE),
        (raw_pdf((FLATE[:7] + b"[/FlateDecode" * 9, BOMB)), NO_PDF_CERTIFICATE),
        (raw_pdf((b"/Length 999999999", b"x")), NO_PDF_CERTIFICATE),
        (raw_pdf((FLATE, b"not packed")), NO_PDF_CERTIFICATE),
        (raw_pdf((b"<<" * 400_000, b"")), NO_PDF_CERTIFICATE),
        (b"%PDF-" + b"/EmbeddedFile" * 70_000, "too many files"),
        (b"%PDF-" + b" obj" * 250_000 + b"/EmbeddedFile>>" + b" " * 9000, "carries no"),
    ],
    ids=[
        "no files",
        "another file",
        "its beginning alone",
        "cut off",
        "two",
        "encrypted",
        "20 files",
        "bomb",
        "bomb in a bomb",
        "another filter",
        "filters of filters",
        "a length of nonsense",
        "packed wrongly",
        "deep dictionaries",
        "70,000 files without end",
        "250,000 objects",
    ],
)
def test_a_pdf_that_is_no_good_is_told_so(data, said):
    assert len(data) <= MAX_FILE_BYTES
    assert said in refusal(data)


def test_a_bomb_takes_little_memory():
    bombs = raw_pdf(*[(FLATE, BOMB)] * 15)

    tracemalloc.start()
    try:
        assert refusal(bombs) == TOO_LARGE
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 8 * MAX_FILE_BYTES


def test_reading_a_file_loads_no_reader_of_pdfs():
    """A web worker pays for each module; and what is not there cannot be attacked."""
    code = (
        "import sys, certificates.carriers as c;"
        "assert not {'pypdf', 'png', 'PIL', 'openbadgeslib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
