"""What several tests of certificates do."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

from django.db import connection
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


def at_once[T](acts: list[Callable[[], T]]) -> list[T | BaseException]:
    """Run each in a thread with its own connection, started by a barrier.

    What one returned or raised stands in its place.
    """
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | BaseException:
        connection.ensure_connection()
        barrier.wait(30)
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


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
