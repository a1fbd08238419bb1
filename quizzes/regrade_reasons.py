"""Why answers were regraded: learners read it, and it stays, so it names none of them."""

import unicodedata

from django.db.models import F, Value

from accounts.models import User
from accounts.reasons import address_in, whole_name_in


def learner_in(reason: str, track_id: int) -> str:
    """The name of a learner of the track, or anybody's address, in the reason; else "".

    One statement, which looks at each learner: a regrade is rare.
    """
    if address := address_in(reason):
        return address
    plain = " ".join(unicodedata.normalize("NFKC", reason).split())
    learners = User.objects.filter(enrollments__track=track_id).exclude(name="")
    named = learners.annotate(said=Value(plain)).filter(said__icontains=F("name"))
    for name in named.values_list("name", flat=True).order_by("pk"):
        if whole_name_in(plain, name):
            return name
    return ""
