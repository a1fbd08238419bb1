"""A certificate as a PDF to print and to keep, with its credential inside. Pure.

Every fact stands on it as text, so that it can be heard and searched. Its status does
not: that changes, and paper cannot. The date of the file is the day of issue, so the
same certificate gives the same bytes each time.
"""

import json
from datetime import UTC
from typing import Literal

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext, ngettext

from certificates.credential import did_of
from certificates.legible import MARK
from certificates.paper import Paper
from certificates.paper_text import (
    Value,
    lacks,
    language_value,
    name_value,
    title_value,
)
from certificates.qr import qr_file
from certificates.rosette import rosette_file
from certificates.typesetting import (
    MONO,
    sans_families,
    serif_families,
    typeset_pdf,
)
from courses.templatetags.look import day_utc, moment_utc, percent

type Size = Literal["a4", "letter"]

PAPERS: dict[Size, str] = {"a4": "a4", "letter": "us-letter"}  # as typst calls them
CRITERIA_LANGUAGE = "en"  # of the sentence that award.py freezes


def render_pdf(paper: Paper, credential: str, size: Size = "a4") -> bytes:
    """The PDF of these facts; credential: the signed text, embedded byte for byte."""
    values = _values(paper) | {"size": PAPERS[size]}
    return typeset_pdf(
        "certificate.typ",
        {"paper": json.dumps(values, ensure_ascii=False), "credential": credential},
    )


def _values(paper: Paper) -> dict[str, Value]:
    """What the template is given, under the names that it uses."""
    issued = paper.issued_at.astimezone(UTC)
    lessons: list[Value] = [
        {
            "title": title_value(lesson.title, paper.language),
            "done_on": date_format(lesson.done_on, "j F Y"),
        }
        for lesson in paper.lessons
    ]
    return {
        "language": language_value(),
        "rtl": get_language_bidi(),
        "serif": [*serif_families()],
        "sans": [*sans_families()],
        "mono": [MONO],
        "document": {"title": _title_of_file(paper), "author": paper.issuer},
        "issued": {
            part: getattr(issued, part)
            for part in ("year", "month", "day", "hour", "minute", "second")
        },
        "name": name_value(paper.name),
        "track": title_value(paper.track, paper.language),
        "issuer": name_value(paper.issuer),
        "sheet_lacks": lacks(paper.name, paper.track, paper.issuer),
        "lessons_lack": lacks(*(lesson.title for lesson in paper.lessons)),
        "host": paper.host,
        "code": paper.code,
        "score": _score(paper),
        "coverage": _coverage(paper),
        "emblem": rosette_file(paper.code, len(paper.lessons)),
        "qr": qr_file(paper.page),
        "words": _words(paper),
        "facts": _facts(paper),
        "explained": _explained(paper),
        "lessons": lessons,
    }


def _title_of_file(paper: Paper) -> str:
    values = {"name": paper.name, "track": paper.track}
    return gettext("Certificate of %(name)s, %(track)s") % values


def _score(paper: Paper) -> str | None:
    return None if paper.score is None else percent(paper.score)


def _coverage(paper: Paper) -> str:
    said = ngettext(
        "%(answered)s of %(questions)s question answered",
        "%(answered)s of %(questions)s questions answered",
        paper.questions,
    )
    return said % {"answered": paper.answered, "questions": paper.questions}


def _words(paper: Paper) -> dict[str, Value]:
    """What the paper says beside its facts."""
    when = {"when": day_utc(paper.finished_at)}
    if paper.score is None:
        earned = gettext("on %(when)s") % when
    else:
        earned = gettext("on %(when)s, with a knowledge score of") % when
    count = len(paper.lessons)
    place = paper.host + reverse("verify")
    return {
        "certifies": gettext("This certifies that"),
        "finished": gettext("finished the track"),
        "earned": earned,
        "certificate": gettext("Certificate"),
        "check": gettext("Check it at %(place)s") % {"place": place},
        "missing": gettext(
            "%(mark)s stands for a letter that the fonts of this paper lack. "
            "Names and titles are written in full on the certificate's page."
        )
        % {"mark": MARK},
        "emblem": gettext("Rosette drawn from the certificate code"),
        "qr": gettext("QR code with the address of the certificate's page"),
        "states": gettext("What this certificate states"),
        "lessons": ngettext(
            "Lesson finished: %(count)s", "Lessons finished: %(count)s", count
        )
        % {"count": count},
        "lesson": gettext("Lesson"),
        "done": gettext("Marked done"),
        "credential": gettext("The signed Open Badges 3.0 credential"),
    }


def _facts(paper: Paper) -> list[Value]:
    """Label and text of each row; a code is set in equal widths, an address links."""
    rows: list[tuple[str, str, dict[str, Value]]] = [
        (gettext("Learner"), "", name_value(paper.name)),
        (gettext("Track"), "", title_value(paper.track, paper.language)),
    ]
    if paper.questions:
        knowledge = f"{_score(paper) or gettext('No score')} · {_coverage(paper)}"
        rows.append((gettext("Knowledge score"), "", name_value(knowledge)))
    rows.append((gettext("Finished"), "", name_value(day_utc(paper.finished_at))))
    if paper.awarded_at != paper.issued_at:
        first = name_value(day_utc(paper.awarded_at))
        rows.append((gettext("First issued"), "", first))
    rows += [
        (gettext("Issued"), "", name_value(moment_utc(paper.issued_at))),
        (gettext("Issuer"), "", name_value(paper.issuer)),
        (gettext("Issuer's identifier"), "code", name_value(did_of(paper.origin))),
        (gettext("Code"), "code", name_value(paper.code)),
        (gettext("Page"), "link", name_value(paper.page)),
        (gettext("Criteria"), "", title_value(paper.criteria, CRITERIA_LANGUAGE)),
    ]
    return [{"label": label, "kind": kind, "said": said} for label, kind, said in rows]


def _explained(paper: Paper) -> list[Value]:
    """What a reader may want to know: each a heading and its paragraphs."""
    place = paper.host + reverse("verify")
    check: list[Value] = [
        gettext(
            "Scan the code on the first page, or go to %(place)s with the certificate's "
            "code or with this file. The page reads the register each time it is opened and says whether the "
            "certificate is still valid, which paper cannot."
        )
        % {"place": place},
        gettext(
            "The Open Badges credential is attached to this file and carries a digital "
            "signature, which any Open Badges 3.0 verifier can check."
        ),
        gettext(
            "The rosette is drawn from the code. Another code gives another drawing."
        ),
    ]
    explained: list[Value] = [{"heading": gettext("How to check it"), "said": check}]
    if paper.questions:
        meaning = gettext(
            "The score is the mean credit of the questions that were answered. A question "
            "left out does not lower it, which is why the count is always printed beside it."
        )
        heading = gettext("What the score means")
        explained.insert(0, {"heading": heading, "said": [meaning]})
    return explained
