"""What an author can type, and what comes of it: shown by the renderer itself."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.markdown import render_markdown


@dataclass(frozen=True)
class Example:
    """One thing that can be typed; `html` is the learner's rendering of it."""

    name: str
    typed: str
    html: str


def examples() -> list[Example]:
    """In the active language, the common ones first."""
    return _rendered(get_language() or "")


@lru_cache(maxsize=8)
def _rendered(language: str) -> list[Example]:
    return [
        Example(name, typed, render_markdown(typed, _to_a_lesson).html)
        for name, typed in _texts()
    ]


def _to_a_lesson(target: str) -> str:
    """Every file is there, so that the example of a link shows as one."""
    return f"/{target}"


def _texts() -> list[tuple[str, str]]:
    return [
        (_("Heading"), "## Weigh the flour\n\n### With a spoon"),
        (_("Emphasis"), "*quiet* and **loud**"),
        (_("Link"), "[the standard](https://commonmark.org/)"),
        (_("Link to a lesson"), "[the next lesson](water-it.md)"),
        (_("List"), "- flour\n- water\n\n1. weigh\n2. mix"),
        (_("Quotation"), "> A page is read once."),
        (_("Table"), "| Depth | Moisture |\n|---|---:|\n| 5 cm | 12 % |"),
        (_("Code"), "Call `read()`:\n\n```python\nprint(probe.read(10))\n```"),
        (_("Formula"), "The mean is $m$:\n\n$$m = \\frac{1}{n} \\sum_i p_i$$"),
        (_("Note"), "> [!NOTE]\n> Worth knowing."),
        (_("Tip"), "> [!TIP]\n> A short way."),
        (_("Warning"), "> [!WARNING]\n> Worth minding."),
        (_("Footnote"), "Flour is 100 %.[^1]\n\n[^1]: Bakers count so."),
        (_("Below and above"), "H<sub>2</sub>O, 10<sup>3</sup>"),
    ]
