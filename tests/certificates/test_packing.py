"""A PDF packed into less space holds what it held."""

from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from certificates.packing import IN_ONE, pack
from certificates.pdf import render_pdf
from tests.certificates.carried import pdf
from tests.certificates.papers import CREDENTIAL, paper


def plain(*, lessons: int) -> bytes:
    """A certificate with its objects one by one, as typst writes it."""
    made = render_pdf(paper(*["Soil"] * lessons), CREDENTIAL)
    out = BytesIO()
    with pikepdf.open(BytesIO(made)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


@pytest.mark.parametrize("lessons", [1, 100])
def test_each_object_is_there_under_its_number(lessons):
    file = plain(lessons=lessons)
    packed = pack(file)

    assert len(packed) < 0.9 * len(file)
    with (
        pikepdf.open(BytesIO(file)) as before,
        pikepdf.open(BytesIO(packed)) as after,
    ):
        assert after.check_pdf_syntax() == []
        assert (lessons > 1) is (len(before.objects) > 2 * IN_ONE)
        for thing in before.objects:
            same = after.get_object(thing.objgen)
            assert same.unparse() == thing.unparse()
            if isinstance(thing, pikepdf.Stream):
                assert same.read_raw_bytes() == thing.read_raw_bytes()
        for key in ("/Root", "/Info", "/ID"):
            assert after.trailer[key].unparse() == before.trailer[key].unparse()


def test_strict_readers_read_it():
    pages = PdfReader(BytesIO(render_pdf(paper("Soil"), CREDENTIAL)), strict=True).pages

    assert "Ada Sample" in pages[0].extract_text()


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="no plain table"):
        pack(pack(pdf({"it.json": "{}"})))
