"""What several tests of certificates do."""

import html
import re
from decimal import Decimal
from uuid import uuid4

from django.http import HttpResponse

from accounts.models import User
from quizzes.models import Answer, Question, Respondent


def answer(learner: User, question: Question, credit: Decimal) -> Answer:
    """An answer in the log, with the credit that the test needs."""
    respondent, _made = Respondent.objects.get_or_create(learner=learner, is_own=True)
    return Answer.objects.create(
        respondent=respondent,
        question=question,
        question_revision=question.revision,
        submission=uuid4(),
        credit=credit,
    )


def text_of(response: HttpResponse) -> str:
    """What a reader sees: the main part without its tags, spaces collapsed."""
    page = response.content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    words = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(words.split())


def status_in(response: HttpResponse) -> str:
    """What the page says to machines."""
    found = re.search(r'data-certificate-status="(\w+)"', response.content.decode())
    return found[1] if found else ""
