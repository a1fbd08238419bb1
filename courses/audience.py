"""Who may learn a track: everybody, whoever has the link, or named groups of learners."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Audience(TextChoices):
    PUBLIC = "public", _("Everybody")
    UNLISTED = "unlisted", _("Whoever has the link")
    GROUPS = "groups", _("Groups of learners")


# By address everybody may open these; a track for groups only its members.
OPEN_BY_ADDRESS = [Audience.PUBLIC.value, Audience.UNLISTED.value]

MEANING = {
    Audience.PUBLIC: _("It stands in the catalogue, and search engines may find it."),
    Audience.UNLISTED: _(
        "No list and no search shows it; who has its address reads and learns it."
    ),
    Audience.GROUPS: _(
        "Only learners in the groups named below see it; for all others there is no such"
        " page."
    ),
}
