"""Who is there, what there is to learn, and what was done so far.

What a person does goes through the site's own forms, posted by `Stage.client`; the
browser then takes over that client's cookies, and so its session.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext

from accounts.models import User
from certificates.models import Certificate
from certificates.services import claim_certificate
from courses.models import Lesson, Track, TrackInstructor
from courses.publishing import make_preview_link
from quizzes.models import Kind, Question
from tests.factories import PASSWORD, make_lesson, make_question, make_track, make_user

BODY = """A first paragraph with a [link](#a-table) and `code` in it.

## A table

| Depth | Moisture | What to do |
|---|---:|---|
| 5 cm | 12 % | water it today, and look at it again tomorrow |
| 10 cm | 31 % | leave it |

## Code and a formula

```python
def is_dry(percent: float) -> bool:
    return percent < 15  # of a very long line that does not fit on the screen of a telephone
```

The mean of it is $m$, and in full:

$$m = \\frac{1}{n} \\sum_{i=1}^{n} p_i$$

### A smaller heading

> A quotation, which somebody said.

> [!NOTE]
> Worth knowing.[^1]

> [!WARNING]
> Worth minding.

1. First
2. Then
   - and a list in it

[^1]: A footnote, with its own `code`.
"""

ARABIC = """## التربة

تحتاج التربة إلى الماء. ضع المجس على عمق عشرة سنتيمترات، ثم اكتب `read(10);`.

```python
print(probe.read(10))
```

> [!NOTE]
> اقرأ القيمة مرتين.
"""

LONG_WORD = "Kraftfahrzeughaftpflichtversicherungen"
LONG_CODE = "AutoModelForSequenceClassification.from_pretrained"


class Stage:
    """One site as one person finds it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.client = Client()

    def lend_cookies(self, context: BrowserContext) -> None:
        """From here on the browser is the one that `client` was."""
        context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": self.origin}
                for cookie in self.client.cookies.values()
            ]
        )

    # Who

    def sign_in(self, user: User | None = None) -> User:
        """Ada, unless told."""
        user = user or make_user("Ada")
        form = {"login": user.email, "password": PASSWORD}
        self._post(reverse("account_login"), form)
        return user

    # What there is

    def soil(self) -> Track:
        """Three lessons: one with all that a text can hold and a question of each kind,

        one with a single question, one that asks nothing.
        """
        track = make_track(
            "soil",
            title="Soil and water (a first course)",
            description="What you will do:\n\n- measure\n- water\n",
            license="CC BY 4.0",
            attribution="After an open course on plants.",
        )
        probe = make_lesson(track, "probe-the-soil", body=BODY)
        make_question(probe, "How deep does the probe go?", right=("10 cm",))
        make_question(
            probe,
            "What dries the soil?",
            kind="multiple",
            right=("Sun", "Wind"),
            wrong=("Rain", "Fog"),
        )
        make_question(
            probe,
            "What is the pin called?\n\nIt reads a voltage.",
            kind="text",
            right=("probe", "the probe"),
            other_feedback="Look at the picture once more.",
        )
        make_question(
            probe,
            "How moist is it, in percent?",
            kind="number",
            right=("31",),
            tolerance=Decimal(2),
        )
        water = make_lesson(track, "water-it")
        make_question(water, "When is the time to water?", right=("In the evening",))
        make_lesson(track, "feed-it")
        return track

    def arabic(self) -> Track:
        track = make_track(
            "turba", title="التربة والماء", summary="درس قصير.", language="ar"
        )
        lesson = make_lesson(
            track, "majass", title="المجس", summary="كم عمقه؟", body=ARABIC
        )
        make_question(lesson, "كم عمق المجس؟", right=("١٠ سم",), wrong=("متر",))
        return track

    def long_words(self) -> Track:
        """No word of it fits on the screen of a telephone, nor do its formulas."""
        terms = " + ".join(f"a_{{{number}}}" for number in range(26))
        body = f"The sum is ${terms}$, of `{LONG_CODE}`.\n\n$${terms}$$\n"
        track = make_track("long", title=LONG_WORD, summary=LONG_WORD, description=body)
        lesson = make_lesson(
            track,
            "long-lesson",
            title=LONG_WORD,
            summary=LONG_WORD,
            body=f"## {LONG_WORD}\n\n{body}\n- {LONG_WORD}\n- ${terms}$\n",
        )
        prompt = f"What of `{LONG_CODE}` is ${terms}$?\n\n{body}"
        texts = (f"`{LONG_CODE}`", f"The sum ${terms}$")
        for kind in Kind:
            make_question(
                lesson,
                prompt,
                kind=kind,
                right=("31",) if kind == Kind.NUMBER else texts[:1],
                wrong=(*texts[1:], LONG_WORD),
                explanation=body,
            )
        make_lesson(track, "next", title=LONG_WORD, summary=LONG_WORD)
        return track

    def draft(self) -> Track:
        """A track that is not published, taught by who is signed in: Iris."""
        track = make_track("stars", published=False)
        lesson = make_lesson(track, "look-up", published=False)
        make_question(lesson)
        iris = make_user("Iris", "instructor")
        TrackInstructor.objects.create(track=track, user=iris)
        self.sign_in(iris)
        return track

    def preview(self) -> str:
        """The address that shows a draft to who has it; nobody is signed in."""
        track = self.soil()
        Track.objects.update(published_at=None)
        return make_preview_link(track, make_user("Iris"), "").get_absolute_url()

    # What was done

    def answer(self, question: Question, *given: str) -> None:
        """Send these choices, named by their text, or these words."""
        form: dict[str, object] = {"submission": str(uuid4())}
        if question.has_choices:
            choices = question.choices.filter(text__in=given)
            form["choice"] = [str(choice.pk) for choice in choices]
        else:
            form["written"] = given[0]
        self._post(question.answer_url, form)

    def answer_as(self, question: Question, *, right: bool) -> None:
        """Wholly right, or not at all."""
        given = ["7"]  # wrong as a number and as words
        if right or question.has_choices:
            choices = question.choices.filter(is_right=right)
            given = list(choices.values_list("text", flat=True))
        several = question.kind == Kind.MULTIPLE
        self.answer(question, *(given if several else given[:1]))

    def answer_all(self, track: Track, *, right: bool = True) -> None:
        for question in questions_of(track):
            self.answer_as(question, right=right)

    def mark_done(self, *lessons: Lesson) -> None:
        for lesson in lessons:
            address = reverse("done", args=[lesson.track.slug, lesson.slug])
            self._post(address, {"done": "1"})

    def finish(self, track: Track) -> None:
        self.mark_done(*lessons_of(track))

    def half_way(self) -> Track:
        """Ada did the first lesson and answered two of its questions."""
        self.sign_in()
        track = self.soil()
        single, multiple, *_rest = questions_of(track)
        self.answer(single, "10 cm")
        self.answer(multiple, "Sun")
        self.mark_done(lessons_of(track)[0])
        return track

    def finished(self) -> Track:
        """Ada did and answered everything, and may claim."""
        self.sign_in()
        track = self.soil()
        self.answer_all(track)
        self.finish(track)
        return track

    def certified(self) -> Certificate:
        """Ada's certificate; she is signed in."""
        track = self.finished()
        return claim_certificate(User.objects.get(name="Ada"), track, "Ada Sample")

    def certified_for_all(self) -> Certificate:
        """Ada's certificate; whoever looks at it is not signed in."""
        certificate = self.certified()
        self.client = Client()
        return certificate

    def _post(self, address: str, form: Mapping[str, object]) -> None:
        response = self.client.post(address, form)
        assert response.status_code == 302, response.content


def lessons_of(track: Track) -> list[Lesson]:
    return list(track.lessons.select_related("track").order_by("position"))


def questions_of(track: Track) -> list[Question]:
    """The track's questions as they are asked, in order."""
    asked = Question.objects.filter(lesson__track=track, position__isnull=False)
    return list(
        asked.select_related("lesson__track").order_by("lesson__position", "position")
    )


def revise(question: Question, prompt: str) -> Question:
    """A new version takes the question's place; answers to the old one stay."""
    new = make_question(
        question.lesson, prompt, replaces=question, lineage=question.lineage
    )
    rows = Question.objects
    rows.filter(pk=question.pk).update(position=None)
    rows.filter(pk=new.pk).update(position=question.position)
    return new


def archive(track: Track) -> None:
    """No longer taught, since a year."""
    track.archived_at = timezone.now() - timedelta(days=365)
    track.save(update_fields=["archived_at"])
