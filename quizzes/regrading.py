"""What an earlier answer is worth by a later key, and whose score moves. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from quizzes.grading import Key, Reply, grade
from quizzes.scoring import percent_of

NOTHING = Decimal("0.000000")
WRITTEN = frozenset({"text", "number"})

type Change = tuple[Decimal, Decimal, int, int]  # see outlook


def can_map(old_kind: str, new_kind: str) -> bool:
    """Whether answers to the one can be graded as answers to the other.

    Picked stays picked and typed stays typed; between the two nothing is the same.
    """
    return (old_kind in WRITTEN) == (new_kind in WRITTEN)


def grade_again(key: Key, reply: Reply, same: Mapping[UUID, UUID | None]) -> Decimal:
    """The credit of an earlier version's reply by the key of a later one, 0 to 1.

    same: what each choice of the earlier version is in the later; None or left out: it
    is no longer offered, and a pick of it is as if it had not been made. Nothing left is
    worth 0, as are several picks where the later version takes one, and a text that is
    no number where it asks for a number.
    """
    if key.kind in WRITTEN:
        try:
            return grade(key, reply)
        except ValueError:
            return NOTHING
    found = (same.get(choice) for choice in reply.picked)
    picked = frozenset(choice for choice in found if choice is not None)
    if not picked or (key.kind == "single" and len(picked) > 1):
        return NOTHING
    return grade(key, Reply(picked))


@dataclass(frozen=True, slots=True)
class Move:
    """So many learners whose score of the track moves from here to there, in percent."""

    before: int
    after: int
    learners: int


@dataclass(frozen=True)
class Outlook:
    """What a regrade would do to the scores of a track."""

    learners: int  # all who have a score there
    moves: Sequence[Move]  # the largest group first

    @property
    def moving(self) -> int:
        return sum(move.learners for move in self.moves)


def outlook(changes: Iterable[Change]) -> Outlook:
    """Compare the scores of one track, as they are printed: in whole percent.

    changes: credit earned now, credit earned then, questions answered, and how many
    learners that is true of.
    """
    pairs: Counter[tuple[int, int]] = Counter()
    for now, then, answered, learners in changes:
        pairs[percent_of(now, answered), percent_of(then, answered)] += learners
    moves = [Move(*pair, count) for pair, count in pairs.items() if pair[0] != pair[1]]
    moves.sort(key=lambda move: (-move.learners, move.before, move.after))
    return Outlook(pairs.total(), moves)
