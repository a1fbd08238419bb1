"""What the documents point at is there."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from markdown_it import MarkdownIt

ROOT = Path(settings.BASE_DIR)


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def targets_in(document: Path) -> Iterator[str]:
    """The files that links and pictures of a document name."""
    for block in MarkdownIt("commonmark").enable("table").parse(document.read_text()):
        for token in block.children or []:
            target = str(token.attrs.get("href") or token.attrs.get("src") or "")
            if target and not target.startswith(("http", "mailto:", "#")):
                yield target.partition("#")[0]


def test_every_link_and_picture_of_the_documents_leads_somewhere():
    for document in documents():
        for target in targets_in(document):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_the_readme_has_both_commands_and_a_picture():
    readme = (ROOT / "README.md").read_text()

    assert "pip install uv && uv run manage.py demo" in readme
    assert "pip install uv && uv run pytest" in readme
    assert "docs/screenshots/lesson-1280-light.png" in list(
        targets_in(ROOT / "README.md")
    )
