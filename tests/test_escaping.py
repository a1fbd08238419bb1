"""What is marked as safe HTML stands on a short list; all else is escaped."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from courses.services import link_resolver, set_body
from tests.factories import make_track, make_user

ROOT = Path(settings.BASE_DIR)
ROOMS = ["accounts", "courses", "quizzes", "certificates", "exchange", "gradus"]

# file: why it may say that its HTML is safe
MARKS_SAFE = {
    "courses/drawings.py": "shapes made of numbers and our own words",
    "courses/templatetags/look.py": "what courses.markdown rendered and sanitised",
    "courses/search.py": "escapes first, then puts our own marks in",
    "certificates/rosette.py": "numbers alone",
    "certificates/qr.py": "numbers alone",
    "certificates/templatetags/certificates.py": "the rosette's drawing",
}
SAFE_HTML = re.compile(r"\{\{\s*([\w.]+)\|safe_html\s*\}\}")


def python_files() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_only_the_listed_files_mark_anything_safe():
    found = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if re.search(r"mark_safe\(|SafeString\((?!\"\")", path.read_text())
    }

    assert found <= set(MARKS_SAFE)


def test_no_template_turns_escaping_off():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|safe\b(?!_html)", text), path
        assert "autoescape off" not in text, path
        for name in SAFE_HTML.findall(text):
            assert name.endswith("html"), f"{path}: {name}"


@pytest.mark.django_db
def test_names_titles_and_queries_made_of_markup_come_out_as_text(client):
    hostile = "<img src=x onerror=alert(1)>"
    track = make_track("hostile", title=hostile, summary=hostile)
    from courses.models import Lesson

    lesson = Lesson(
        track=track,
        position=1,
        slug="one",
        title=hostile,
        summary=hostile,
        published_at=track.published_at,
    )
    set_body(lesson, hostile, link_resolver("hostile", {}))
    lesson.save()
    client.force_login(make_user(hostile[:20] + "x"))

    addresses = ["/", "/tracks/hostile/", "/tracks/hostile/one/", "/me/"]
    for address in [*addresses, f"/search/?q={hostile}", "/search/?q=onerror"]:
        page = client.get(address).content.decode()
        assert "<img" not in page, address
        assert "&lt;img" in page or address == "/me/", address
