"""The emblem of an edition: drawn once, at first need, and then kept."""

from certificates.models import Certificate, Emblem
from certificates.pictures import render_emblem


def emblem_of(edition: str) -> bytes | None:
    """The PNG that the credentials of this edition name; None: no certificate has it.

    Its pearls are the lessons of the first certificate of the edition. It holds nobody's
    name, so it stays when the last holder withdrew.
    """
    kept = Emblem.objects.filter(edition=edition).values_list("png", flat=True)
    png = kept.first()
    if png is None:
        issued = Certificate.objects.filter(facts__edition=edition).order_by("pk")
        lessons = issued.values_list("lesson_count", flat=True).first()
        if lessons is None:
            return None
        drawn = Emblem(edition=edition, png=render_emblem(edition, lessons))
        # who drew it at the same moment may have been first: all are given that one
        Emblem.objects.bulk_create([drawn], ignore_conflicts=True)
        png = kept.get()
    return bytes(png)
