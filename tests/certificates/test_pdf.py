"""The PDF: heard as well as seen, kept for ever, and the same at each rendering."""

import json
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.utils import translation
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from pypdf import PdfReader

from certificates.legible import MARK
from certificates.pdf import render_pdf
from tests.certificates.papers import (
    CREDENTIAL,
    ISSUED,
    PAPER,
    alternatives_of,
    heard_on,
    paper,
    tags_of,
    text_of_pdf,
)

A4_FLAT, LETTER_FLAT = (842, 595), (792, 612)
HOSTILE = [
    "#panic()",
    '"); #read("/etc/passwd") //',
    "$x^2$ *bold* _it_ `raw` @ref <label> \\ \\u{41} ~ --- [x]",
    "Ada \u202eelpmaS",
    "= Heading\n\n- list / term: x",
    "\u200bAda\ufeff \U0001f468\u200d\U0001f469\u200d\U0001f467 \ue000",
]


def printed(**facts) -> bytes:
    return render_pdf(paper(**facts), CREDENTIAL)


def metadata_of(file: bytes) -> str:
    with pikepdf.open(BytesIO(file)) as pdf:
        return pdf.Root.Metadata.read_bytes().decode()


def test_it_declares_both_standards():
    metadata = metadata_of(printed())

    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_it_is_tagged_in_reading_order():
    file = printed()
    tags = tags_of(file)

    with pikepdf.open(BytesIO(file)) as pdf:
        assert pdf.Root.MarkInfo.Marked
    headings = [tag for tag in tags if tag[0] == "H"]
    assert headings == ["H1", "H2", "H2", "H2", "H2"]
    assert tags[:5] == ["P", "H1", "P", "P", "P"]
    assert (
        tags.index("L") < tags.index("Table") < tags.index("THead") < tags.index("TR")
    )
    assert (tags.count("TH"), tags.count("TD"), tags.count("LI")) == (2, 4, 10)


def test_pictures_have_words():
    assert alternatives_of(printed()) == [
        "Rosette drawn from the certificate code",
        "QR code with the address of the certificate's page",
    ]


def test_it_names_its_language_and_its_title():
    with pikepdf.open(BytesIO(printed())) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title) == "Certificate of Ada Sample, AI Fundamentals"
        assert str(pdf.docinfo.Author) == "Gradus"
        assert str(pdf.docinfo.CreationDate) == "D:20260314162007Z"


def test_titles_carry_the_language_of_the_track():
    file = render_pdf(paper("التربة", language="ar", track="التربة"), CREDENTIAL)

    with pikepdf.open(BytesIO(file)) as pdf:
        languages = [str(obj.Lang) for obj in pdf.objects if _has_language(obj)]
        second = pdf.pages[1].Contents.read_bytes()
    assert sorted(languages) == ["ar", "ar", "en"]  # the criteria are in English
    assert b"/Lang(ar)" in second  # of the lesson, behind its number


def _has_language(obj) -> bool:
    return isinstance(obj, pikepdf.Dictionary) and "/S" in obj and "/Lang" in obj


def test_the_credential_is_inside_byte_for_byte():
    with pikepdf.open(BytesIO(printed())) as pdf:
        attached = pdf.attachments["credential.json"]
        assert attached.get_file().read_bytes() == CREDENTIAL.encode()
        assert attached.get_file().mime_type == "application/vc+ld+json"
        assert attached.obj.AFRelationship == "/Data"
        assert [entry.F for entry in pdf.Root.AF] == ["credential.json"]


def test_every_fact_is_text_in_reading_order():
    text = text_of_pdf(printed(awarded_at=ISSUED - timedelta(days=3)))
    facts = [
        "This certifies that",
        "Ada Sample",
        "finished the track",
        "AI Fundamentals",
        "on 14 March 2026, with a knowledge score of",
        "92 % · 11 of 12 questions answered",
        "Gradus, gradus.example",
        "Certificate 7K4M-9QXT-2HWD-5VPN",
        "Check it at gradus.example/verify/",
        "What this certificate states",
        "Ada Sample",
        "First issued 11 March 2026",
        "Issued 14 March 2026, 16:20 UTC",
        "did:web:gradus.example",
        "7K4M-9QXT-2HWD-5VPN",
        "https://gradus.example/certificates/7K4M-9QXT-2HWD-5VPN/",
        "Every lesson that the track had on 14 March 2026 was marked done.",
        "What the score means",
        "The score is the mean credit of the questions that were answered.",
        "How to check it",
        "whether the certificate is still valid",
        "Lessons finished: 2",
        "What is a large language model, really?",
        "12 March 2026",
        "Your first useful prompt",
        "14 March 2026",
    ]

    place = 0
    for fact in facts:
        place = text.index(fact, place) + len(fact)


@pytest.mark.parametrize("lessons", [1, 2])
def test_lessons_are_counted_in_words(lessons):
    text = text_of_pdf(render_pdf(paper(*["Soil"] * lessons), CREDENTIAL))

    assert f"Lesson{'s' if lessons > 1 else ''} finished: {lessons}" in text


def test_without_an_answer_there_is_no_score():
    text = text_of_pdf(printed(score=None, answered=0))

    assert "No score · 0 of 12 questions answered" in text
    assert "knowledge score of" not in text


def test_without_questions_nothing_is_said_of_a_score():
    text = text_of_pdf(printed(score=None, answered=0, questions=0))

    assert "score" not in text
    assert "First issued" not in text


def test_the_same_certificate_gives_the_same_bytes():
    first = printed()
    printed(name="Somebody in between")

    assert printed() == first
    assert printed(name="Ada Simple") != first


def test_threads_that_print_at_once_do_not_disturb_each_other():
    names = [f"Ada {number}" for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda name: printed(name=name), names))

    assert together == [printed(name=name) for name in names]


@pytest.mark.parametrize(("size", "side"), [("a4", A4_FLAT), ("letter", LETTER_FLAT)])
def test_both_papers_lie_flat(size, side):
    pages = PdfReader(BytesIO(render_pdf(PAPER, CREDENTIAL, size))).pages

    assert len(pages) == 2
    for page in pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == side


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Ångström-Đurić",
        "Ελένη Παπαδοπούλου",
        "Ἀλέξανδρος",
        "Анна Щербакова",
        "محمد بن سلمان الأحمد",
        "علی‌رضا پوریا",
        "שרה בת־אל כהן",
        "Nguyễn Thị Ánh",
    ],
)
def test_names_of_these_scripts_are_set_with_all_their_letters(name):
    file = printed(name=name, track=name)
    text = text_of_pdf(file)

    assert MARK not in text
    assert "stands for a letter" not in text
    assert _letters_of(name) <= set(text)


@pytest.mark.parametrize(
    "name",
    [
        "Ada Sample",
        "محمد بن سلمان الأحمد",
        "علی‌رضا پوریا",
        "لا إله",
        "שרה בת כהן",
        "שָׂרָה בַּת־אֵל",
    ],
)
def test_a_name_is_heard_in_the_order_of_its_words(name):
    with pikepdf.open(BytesIO(printed(name=name, track=name))) as pdf:
        heard = heard_on(pdf.pages[0])

    assert heard[:4] == ["This certifies that", name, "finished the track", name]


@pytest.mark.parametrize("name", ["Ẹ̀bùn Ọ̀láyínká", "Šarūnė̃ M̃", "Я́на Ɔ̃"])
def test_an_accent_of_its_own_height_is_heard_once(name):
    with pikepdf.open(BytesIO(printed(name=name))) as pdf:
        heard = heard_on(pdf.pages[0])

    said = "".join(heard[1 : heard.index("finished the track")])
    assert unicodedata.normalize("NFC", said) == unicodedata.normalize("NFC", name)


def _letters_of(name: str) -> set[str]:
    return {letter for letter in name if letter.isalpha()}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", MARK * 3),
        ("Ada \U0001f468\u200d\U0001f469\u200d\U0001f467", f"Ada {MARK}"),
        ("Ada \U0001f44d\U0001f3fd", f"Ada {MARK}"),
        ("रमेश", MARK * 3),
    ],
)
def test_letters_of_other_scripts_are_seen_to_be_missing(name, shown):
    file = printed(name=name)
    text = text_of_pdf(file)

    assert f"This certifies that {shown} finished the track" in text
    assert f"{MARK} stands for a letter that the fonts of this paper lack." in text
    with pikepdf.open(BytesIO(file)) as pdf:
        assert name in str(pdf.docinfo.Title)


def test_a_lesson_whose_letters_are_missing_says_so_too():
    text = text_of_pdf(render_pdf(paper("土", "soil"), CREDENTIAL))

    assert text.count("stands for a letter") == 1
    assert text.index("Lessons finished") < text.index("stands for a letter")


@pytest.fixture
def chinese_fonts(tmp_path):
    """A folder with a font of one letter that ours have not."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "king"])
    builder.setupCharacterMap({ord("王"): "king"})
    pen = TTGlyphPen(None)
    for at in [(0, 0), (0, 700), (700, 700), (700, 0)]:
        (pen.lineTo if at != (0, 0) else pen.moveTo)(at)
    pen.closePath()
    square = pen.glyph()
    builder.setupGlyf({".notdef": square, "king": square})
    builder.setupHorizontalMetrics({".notdef": (800, 0), "king": (800, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable(
        {"familyName": "One Letter", "styleName": "Regular", "psName": "OneLetter"}
    )
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.save(tmp_path / "one.ttf")
    return tmp_path


def test_the_operator_s_fonts_are_used_as_well(chinese_fonts, settings):
    settings.CERTIFICATE_FONTS = chinese_fonts
    text = text_of_pdf(printed(name="王 Ada"))

    assert "This certifies that 王 Ada finished" in text
    assert "stands for a letter" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_never_markup(text):
    file = render_pdf(paper(text, name=text, track=text, issuer=text), CREDENTIAL)
    shown = text_of_pdf(file)

    if text.isascii():
        assert shown.count(" ".join(text.split())) >= 3
    assert "\u202e" not in shown
    assert tags_of(file).count("H1") == 1


@example("\u0301\u05b0\u064b")
@example("\u200d\u200c")
@example("a\u0308\u05d0\ufe0f")
@tried(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_can_be_printed(text):
    assert printed(name=text, track=text)


def test_long_names_shrink_and_wrap_within_the_sheet():
    for name in ("Wolfeschlegelsteinhausen " * 8, "W" * 200, "م" * 200):
        file = printed(name=name.strip(), track=name.strip())
        assert len(PdfReader(BytesIO(file)).pages) == 2 + ("W" * 9 in name)
        assert _rightmost(file) < A4_FLAT[0]


@pytest.mark.parametrize(
    "name",
    [
        "Papadopoulou-Alexandros Maria",
        "Ελένη Παπαδοπούλου-Ἀλέξανδρος",
        "Maria Antonia Wolfeschlegelsteinhausen Bergerdorff",
    ],
)
def test_a_name_shrinks_before_a_word_of_it_is_broken(name):
    said = text_of_pdf(printed(name=name)).replace("- ", "-")  # a line may end there
    assert f"This certifies that {name} finished" in said


def _rightmost(file: bytes) -> float:
    """Where the last line of text begins, from the left edge."""
    starts: list[float] = []

    def visit(text, _cm, matrix, _font, _size):
        if text.strip():
            starts.append(matrix[4])

    for page in PdfReader(BytesIO(file)).pages:
        page.extract_text(visitor_text=visit)
    return max(starts)


def test_three_hundred_lessons_flow_on():
    titles = [f"Lesson about soil, number {number}" for number in range(300)]
    file = render_pdf(paper(*titles), CREDENTIAL)
    text = text_of_pdf(file)

    assert len(PdfReader(BytesIO(file)).pages) > 4
    assert all(f"{title} 1 March 2026" in text for title in titles)
    assert tags_of(file).count("TD") == 600
    assert tags_of(file).count("Table") == 1


def test_a_site_in_arabic_is_set_from_the_right():
    with translation.override("ar"):
        file = printed()

    with pikepdf.open(BytesIO(file)) as pdf:
        assert str(pdf.Root.Lang) == "ar"
        assert pdf.Root.ViewerPreferences.Direction == "/R2L"


def test_the_colours_are_those_of_the_look():
    tokens = Path(settings.BASE_DIR, "static/css/tokens.css").read_text()
    light = set(re.findall(r"#[0-9A-F]{6}", tokens.partition("theme-dark")[0]))
    sources = [
        *Path(settings.BASE_DIR, "certificates/typst").glob("*.typ"),
        Path(settings.BASE_DIR, "certificates/rosette.py"),
    ]

    for source in sources:
        assert set(re.findall(r"#[0-9A-F]{6}", source.read_text())) <= light


def test_the_attached_text_may_hold_anything():
    text = json.dumps({"x": "#panic() \\ \u202e 👩"}, ensure_ascii=False)

    with pikepdf.open(BytesIO(render_pdf(PAPER, text))) as pdf:
        assert (
            pdf.attachments["credential.json"].get_file().read_bytes() == text.encode()
        )
