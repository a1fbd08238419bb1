"""What this room knows of a person."""

from django.db.models import F

from accounts.models import User
from exchange.models import TrackUpload, Version


def export_person(user: User) -> dict[str, object]:
    """The versions of tracks and lessons that this person made, and waiting uploads."""
    made = Version.objects.filter(by=user).order_by("pk")
    return {
        "versions_i_made": list(
            made.values("made_at", "what", "title", track_slug=F("track__slug"))
        ),
        "uploads": list(
            TrackUpload.objects.filter(by=user)
            .order_by("made_at")
            .values("made_at", "name")
        ),
    }


def erase_person(user: User) -> None:
    """Uploads go. A version stays: it points to the account, which is emptied."""
    TrackUpload.objects.filter(by=user).delete()
