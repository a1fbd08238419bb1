"""Who is in a group of learners."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from courses.groups import GroupMember, LearnerGroup, TrackGroup
from courses.models import Track


@dataclass(frozen=True)
class Known:
    """The accounts at some addresses, and the addresses that nobody has."""

    learners: Sequence[User]
    unknown: Sequence[str]


def learners_at(lines: str) -> Known:
    """One address a line, in any spelling of letters; blank lines are passed over."""
    addresses = {line.strip().lower(): line.strip() for line in lines.splitlines()}
    addresses.pop("", None)
    found = list(User.objects.filter(email__in=addresses, erased_at=None))
    known = {user.email for user in found}
    return Known(found, [a for key, a in addresses.items() if key not in known])


def add_learners(group: LearnerGroup, learners: Collection[User]) -> int:
    """Returns how many were not in the group yet."""
    already = group.members.filter(learner__in=learners).count()
    GroupMember.objects.bulk_create(
        [GroupMember(group=group, learner=learner) for learner in learners],
        ignore_conflicts=True,
    )
    return len(learners) - already


def take_out(members: QuerySet[GroupMember]) -> dict[LearnerGroup, int]:
    """Returns for each group how many learners it lost; what they did stays."""
    lost: dict[LearnerGroup, int] = Counter(
        member.group for member in members.select_related("group")
    )
    members.delete()
    return lost


@transaction.atomic
def set_groups(track: Track, groups: Collection[LearnerGroup]) -> None:
    """The track is for these and no others, while its audience is groups."""
    track.track_groups.exclude(group__in=groups).delete()
    TrackGroup.objects.bulk_create(
        [TrackGroup(track=track, group=group) for group in groups],
        ignore_conflicts=True,
    )
