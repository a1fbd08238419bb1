"""What this room knows of a person."""

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from courses.groups import GroupMember
from courses.models import (
    Enrollment,
    LessonCompletion,
    PreviewLink,
    TrackInstructor,
)
from courses.teaching import stop_teaching


def export_person(user: User) -> dict[str, object]:
    """Tracks begun, lessons done, tracks taught, groups, preview links made."""
    return {
        "tracks": list(
            Enrollment.objects.filter(learner=user)
            .order_by("started_at")
            .values(
                "started_at",
                "active_at",
                "completed_at",
                "certified_at",
                "left_at",
                slug=F("track__slug"),
                title=F("track__title"),
            )
        ),
        "lessons_done": list(
            LessonCompletion.objects.filter(enrollment__learner=user)
            .order_by("done_at")
            .values(
                "done_at",
                track=F("lesson__track__slug"),
                lesson_slug=F("lesson__slug"),
                title=F("lesson__title"),
            )
        ),
        "teaches": list(
            TrackInstructor.objects.filter(user=user).values_list(
                "track__slug", flat=True
            )
        ),
        "groups": list(
            GroupMember.objects.filter(learner=user)
            .order_by("joined_at")
            .values("joined_at", name=F("group__name"))
        ),
        "preview_links": list(
            PreviewLink.objects.filter(made_by=user)
            .order_by("made_at")
            .values("made_at", "revoked_at", "note", slug=F("track__slug"))
        ),
    }


def erase_person(user: User) -> None:
    """Enrolments and marks stay, without a person; in no group, teaching nothing.

    The preview links of this person open nothing any more and name nobody.
    """
    stop_teaching(user)
    GroupMember.objects.filter(learner=user).delete()
    made = PreviewLink.objects.filter(made_by=user)
    made.filter(revoked_at=None).update(revoked_at=timezone.now())
    made.update(note="")
