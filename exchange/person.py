"""What this room knows of a person."""

from django.db.models import F

from accounts.models import User
from exchange.models import Version


def export_person(user: User) -> dict[str, object]:
    """The versions of tracks and lessons that this person made; nothing is to be erased.

    A version points to the account, which stays when it is emptied.
    """
    made = Version.objects.filter(by=user).order_by("pk")
    return {
        "versions_i_made": list(
            made.values("made_at", "what", "title", track_slug=F("track__slug"))
        )
    }
