"""What the documents point at is there."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_link_and_picture_of_the_documents_leads_somewhere():
    for document in documents():
        prose = re.sub(r"(?s)(```|~~~|`).*?\1", "", document.read_text())
        for target in LINK.findall(prose):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_the_readme_has_both_commands_and_a_picture():
    readme = (ROOT / "README.md").read_text()

    assert "pip install uv && uv run manage.py demo" in readme
    assert "pip install uv && uv run pytest" in readme
    assert "docs/screenshots/" in readme
