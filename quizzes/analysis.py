"""Item analysis: what first answers say about a question. Pure.

Classical test theory, in the words of this house:

- *difficulty* is the mean credit of first answers, with Wilson's score interval (E. B.
  Wilson, "Probable inference, the law of succession, and statistical inference",
  Journal of the American Statistical Association 22, 1927, 209-212).
- *discrimination* is the corrected item-total correlation, that is the item-rest one:
  Pearson's correlation between a person's credit for this question and the mean credit
  of the person's other first answers in the track (J. C. Nunnally and I. H. Bernstein,
  Psychometric Theory, 3rd edition 1994, chapter 8). None where either does not vary.
- the *strongest* and *weakest third* are thirds of the people with another first answer
  in the track, by that mean. Equals are not torn apart by chance: where a group of them
  lies across a boundary, each counts for the part of the group that falls within. So
  both thirds hold exactly a third of the people, which need not be a whole number.

A *person* is a learner with all respondents claimed, or a visitor nobody has claimed; a
first answer is the person's first to this very version: a revised question is a new
item, for it reads otherwise. Credits are as they were given: a regrade mends what people
earned, and the analysis judges the question as it was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import sqrt

from django.utils.translation import gettext as _

ENOUGH = 20  # answers, from which on there are figures
CONFIDENCE = 0.95
_Z = 1.959963984540054  # the normal distribution's quantile at (1 + CONFIDENCE) / 2

# The thresholds of the remarks
NOISE = 2  # standard errors, below which chance explains a difference
LITTLE = 0.1  # a discrimination below it tells the learners hardly apart
EASY = 0.95  # mean credit
HARD = 0.25
UNPICKED = 0.02  # of all first answers
MOST = 0.5  # of the strongest third


def wilson_interval(mean: float, count: int) -> tuple[float, float]:
    """The score interval of a proportion at CONFIDENCE; both ends within 0 and 1.

    A mean of credits between 0 and 1 is taken as if it were a proportion. Partial
    credits vary less than a proportion of the same mean, mean * (1 - mean) being the
    most that such a variance can be, so for them the interval is rather too wide.

    Raises:
        ValueError: count is not positive.
    Source: Wilson 1927; the form of R. G. Newcombe, Statistics in Medicine 17, 1998,
        857-872, method 3.
    """
    if count <= 0:
        raise ValueError("an interval needs an observation")
    share = _Z * _Z / count
    middle = mean + share / 2
    half = _Z * sqrt((mean * (1 - mean) + share / 4) / count)
    return (
        max((middle - half) / (1 + share), 0.0),
        min((middle + half) / (1 + share), 1.0),
    )


@dataclass(frozen=True)
class ChoiceFigures:
    """How often a choice was picked, as shares of people from 0 to 1."""

    letter: str  # "A" is the first in the author's order
    text: str
    is_right: bool
    picked: float
    weakest: float | None  # of the weakest third; None without ENOUGH people to rank
    strongest: float | None


@dataclass(frozen=True)
class Item:
    """The figures of one question."""

    answers: int  # first answers, one a person
    visitors: int  # of them by visitors nobody has claimed
    mean: float  # credit, 0 to 1
    ranked: int  # people who have another first answer in the track
    discrimination: float | None  # None too without ENOUGH of them
    choices: Sequence[ChoiceFigures] = ()
    is_single: bool = False

    @property
    def is_enough(self) -> bool:
        return self.answers >= ENOUGH

    @property
    def interval(self) -> tuple[float, float]:
        return wilson_interval(self.mean, self.answers)


NOBODY = Item(0, 0, 0.0, 0, None)


class Concern(IntEnum):
    """What is likely wrong, the gravest first."""

    KEY = 1  # the strongest pick a wrong choice
    LEFT_OUT = 2  # the strongest leave a right choice out
    UPSIDE_DOWN = 3  # who knows most does worse here
    TEMPTING = 4  # who knows more picks a wrong choice more often
    HARD = 5
    TELLS_LITTLE = 6  # knowing more hardly helps
    EASY = 7
    UNPICKED = 8
    NONE = 9
    TOO_FEW = 10


MISLEADING = {Concern.KEY, Concern.LEFT_OUT, Concern.UPSIDE_DOWN}


@dataclass(frozen=True)
class Remark:
    concern: Concern
    words: str

    @property
    def is_misleading(self) -> bool:
        return self.concern in MISLEADING


def remark_on(item: Item) -> Remark:
    """What is likely wrong with the question: the first rule that holds.

    1. KEY: the strongest third picks some wrong choice more often than the weakest does,
       and (one right choice) more often than the right one, or (several) MOST of it does.
    2. LEFT_OUT: of several right choices one is picked by less than MOST of the
       strongest third, and by fewer of it than of the weakest.
    3. UPSIDE_DOWN: the discrimination is below 0.
    4. TEMPTING: the strongest third picks some wrong choice more often than the weakest.
    5. HARD, EASY: the mean credit is at most HARD, at least EASY.
    6. TELLS_LITTLE: the discrimination is below LITTLE (asked after HARD, before EASY).
    7. UNPICKED: at most UNPICKED of the people pick some wrong choice.

    In 1 to 4 what the strongest third picks more, less or worse is so by more than
    NOISE standard errors: among people who only guess, some wrong choice is nearly always
    picked more often than the right one.
    """
    if not item.is_enough:
        return Remark(Concern.TOO_FEW, too_few_words(item.answers))
    for rule in _RULES:
        if (found := rule(item)) is not None:
            return found
    return Remark(Concern.NONE, _("Nothing stands out."))


def too_few_words(answers: int) -> str:
    """ "7 answers so far; from 20 on there are figures."."""
    said = _("%(count)s answers so far; from %(enough)s on there are figures.")
    if answers == 1:
        said = _("1 answer so far; from %(enough)s on there are figures.")
    if answers == 0:
        said = _("No answers yet; from %(enough)s on there are figures.")
    return said % {"count": answers, "enough": ENOUGH}


def _strongest(choice: ChoiceFigures) -> float:
    return choice.strongest or 0.0


def _rises(choice: ChoiceFigures) -> bool:
    return _strongest(choice) > (choice.weakest or 0.0)


def _is_above(share: float, other: float, spread: float, item: Item) -> bool:
    """Whether a share of the strongest third is above the other, and not by chance.

    spread: the variance of what is compared, of one person.
    """
    return share - other > NOISE * sqrt(spread / (item.ranked / 3))


def _is_preferred(share: float, right: float, item: Item) -> bool:
    """Of two choices of which each person picks at most one."""
    spread = share + right - (share - right) ** 2
    return _is_above(share, right, spread, item)


def _is_of_most(share: float, item: Item) -> bool:
    return _is_above(share, MOST, share * (1 - share), item)


def _key(item: Item) -> Remark | None:
    tempting = [c for c in item.choices if not c.is_right and _rises(c)]
    if not tempting:
        return None
    best = max(tempting, key=_strongest)
    right = max((_strongest(c) for c in item.choices if c.is_right), default=0.0)
    if item.is_single:
        is_found = _is_preferred(_strongest(best), right, item)
    else:
        is_found = _is_of_most(_strongest(best), item)
    if not is_found:
        return None
    said = _("The best learners pick %(letter)s: is %(letter)s right?")
    return Remark(Concern.KEY, said % {"letter": best.letter})


def _left_out(item: Item) -> Remark | None:
    for choice in item.choices:
        if item.is_single or not choice.is_right or choice.strongest is None:
            continue
        is_falling = choice.strongest < (choice.weakest or 0.0)
        if is_falling and _is_of_most(1 - choice.strongest, item):
            said = _("The best learners leave %(letter)s out: is %(letter)s right?")
            return Remark(Concern.LEFT_OUT, said % {"letter": choice.letter})
    return None


def _upside_down(item: Item) -> Remark | None:
    r = item.discrimination
    if r is None or r * sqrt(item.ranked) >= -NOISE:
        return None
    return Remark(
        Concern.UPSIDE_DOWN,
        _("Those who know most do worse here: does it say what you mean?"),
    )


def _tempting(item: Item) -> Remark | None:
    for choice in item.choices:
        if choice.is_right or choice.strongest is None or choice.weakest is None:
            continue
        strong, weak = choice.strongest, choice.weakest
        if _is_above(strong, weak, strong * (1 - strong) + weak * (1 - weak), item):
            said = _(
                "Those who know more pick %(letter)s more often: is it really wrong?"
            )
            return Remark(Concern.TEMPTING, said % {"letter": choice.letter})
    return None


def _hard(item: Item) -> Remark | None:
    if item.mean > HARD:
        return None
    return Remark(
        Concern.HARD, _("Hardly anybody is right: does the lesson say enough?")
    )


def _tells_little(item: Item) -> Remark | None:
    r = item.discrimination
    if r is None or r >= LITTLE or item.mean >= EASY:
        return None
    return Remark(
        Concern.TELLS_LITTLE,
        _("Knowing more hardly helps here: is it a matter of luck or of wording?"),
    )


def _easy(item: Item) -> Remark | None:
    if item.mean < EASY:
        return None
    return Remark(Concern.EASY, _("Nearly everybody is right: it tells you little."))


def _unpicked(item: Item) -> Remark | None:
    wrong = [c for c in item.choices if not c.is_right and c.picked <= UNPICKED]
    if not wrong:
        return None
    rarest = min(wrong, key=lambda choice: choice.picked)
    said = _("Hardly anybody picks %(letter)s: it could say something more likely.")
    if rarest.picked == 0:
        said = _("Nobody picks %(letter)s: it could say something more likely.")
    return Remark(Concern.UNPICKED, said % {"letter": rarest.letter})


_RULES = [
    _key,
    _left_out,
    _upside_down,
    _tempting,
    _hard,
    _tells_little,
    _easy,
    _unpicked,
]
