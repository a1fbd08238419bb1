"""The PDF stays below 200 KB, however much its certificate states."""

from collections.abc import Callable
from random import Random

import pytest

from certificates.carriers import MAX_TEXT_BYTES
from certificates.pdf import render_pdf
from tests.certificates.papers import (
    CREDENTIAL,
    PAPER,
    credential_of,
    longest,
    paper,
    tags_of,
)

LONG_NAME = "Wolfeschlegel " * 14
WORDS = {
    "Latin": "soil water what is a language model really your first useful prompt how to "
    "read charts and why numbers mislead learning from data with care",
    "Cyrillic": "почва вода как читать числа и почему языковая модель на самом деле первый",
    "Greek": "έδαφος νερό πώς διαβάζουμε αριθμούς και γιατί γλωσσικό μοντέλο πρώτη",
    "Arabic": "التربة الماء كيف نقرأ الأرقام ولماذا نموذج اللغة الحقيقي أول سؤال مفيد",
    "Hebrew": "קרקע מים איך קוראים מספרים ולמה מודל שפה באמת שאלה ראשונה מועילה",
}


def test_one_of_few_lessons_is_small():
    assert len(render_pdf(PAPER, CREDENTIAL)) < 60_000


def titles_in(*scripts: str, words: int) -> Callable[[int], str]:
    """Titles of so many words, from one script to the next; each number has its own."""

    def title(number: int) -> str:
        known = WORDS[scripts[number % len(scripts)]].split()
        return " ".join(Random(number).choices(known, k=words))[:200]

    return title


@pytest.mark.parametrize(
    "titles",
    [
        lambda number: f"Lesson {number}",
        titles_in("Latin", words=6),
        titles_in("Cyrillic", words=15),
    ],
)
def test_as_many_lessons_as_a_certificate_may_state_stay_below_200_kb(titles):
    whole, credential = longest(titles, name=LONG_NAME)
    file = render_pdf(whole, credential)

    assert MAX_TEXT_BYTES - 1000 < len(credential.encode()) <= MAX_TEXT_BYTES
    assert len(file) < 200_000
    assert tags_of(file).count("TR") == len(whole.lessons) + 1


@pytest.mark.parametrize(
    ("titles", "lessons"),
    [
        (titles_in(*WORDS, words=6), 800),
        (titles_in("Arabic", words=6), 800),
        (titles_in("Latin", words=40), 500),
    ],
)
def test_long_lists_in_any_script_stay_below_200_kb(titles, lessons):
    whole = paper(*map(titles, range(lessons)), name=LONG_NAME)

    assert len(render_pdf(whole, credential_of(whole))) < 200_000
