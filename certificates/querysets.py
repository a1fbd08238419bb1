"""Which certificates a page reads, and what of each."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Reader, User
from courses.models import Track
from courses.querysets import plan_mode

if TYPE_CHECKING:
    from certificates.models import Certificate  # noqa: F401 (in a base, as text)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def held_by(self, user: User) -> Self:
        return self.filter(enrollment__learner=user.pk)

    def current(self) -> Self:
        """The last of its enrolment: no other took its place."""
        return self.filter(
            ~Exists(self.model.objects.filter(supersedes=OuterRef("pk")))
        )

    def with_kinds(self) -> Self:
        """event_kinds: what happened to it, in order, as status.state_of reads it."""
        from certificates.models import CertificateEvent

        events = CertificateEvent.objects.filter(certificate=OuterRef("pk"))
        return self.annotate(
            event_kinds=ArraySubquery(events.order_by("pk").values("kind"))
        )

    def with_track_access(self, reader: Reader) -> Self:
        """track_is_open: whether the reader may see the track today."""
        seen = Track.objects.visible_to(reader)
        return self.annotate(
            track_is_open=Exists(seen.filter(pk=OuterRef("enrollment__track")))
        )

    def for_page(self) -> Self:
        """What the certificate's own page shows, but for its events.

        printed_name is empty once it is withdrawn; key_name, signed_at, list_number and
        list_index are None while it is not signed; current_code is the code of the last
        certificate of the enrolment; track_slug is the track's address today; verified_at
        is when its signature was last verified, at issue or by a run of
        verify_certificates.
        replaced_code is of the one whose place it took, successor_cause ("" if there is
        none) of the one that took its own.
        """
        from certificates.models import CertificateDocument

        documents = CertificateDocument.objects.filter(certificate=OuterRef("pk"))
        last = self.model.objects.current().filter(enrollment=OuterRef("enrollment"))
        found = self.annotate(
            printed_name=Coalesce(
                Subquery(documents.order_by("-pk").values("name")[:1]), Value("")
            ),
            key_name=Subquery(documents.order_by("-pk").values("key__name")[:1]),
            signed_at=Subquery(
                documents.filter(key__isnull=False)
                .order_by("-pk")
                .values("created_at")[:1]
            ),
            list_number=F("status_entry__list_number"),
            list_index=F("status_entry__list_index"),
            current_code=Subquery(last.values("code")[:1]),
            replaced_code=F("supersedes__code"),
            successor_cause=Coalesce(
                Subquery(
                    self.model.objects.filter(supersedes=OuterRef("pk")).values("cause")
                ),
                Value(""),
            ),
            holder_id=F("enrollment__learner"),
            track_slug=F("enrollment__track__slug"),
        )
        return found.annotate(verified_at=_verified_at()).fetch_mode(plan_mode())


def _verified_at() -> Coalesce:
    """Of a row with signed_at: the last run since that found the signature to hold."""
    from certificates.verification_models import VerificationFinding, VerificationRun

    kinds = VerificationFinding.Kind
    broken = VerificationFinding.objects.filter(
        run=OuterRef("pk"),
        certificate=OuterRef(OuterRef("pk")),
        kind__in=[kinds.SIGNATURE, kinds.UNSIGNED],
    )
    runs = VerificationRun.objects.filter(
        ~Exists(broken),
        finished_at__isnull=False,
        started_at__gte=OuterRef("signed_at"),
    )
    last = runs.order_by("-pk").values("finished_at")[:1]
    return Coalesce(Subquery(last), F("signed_at"))
