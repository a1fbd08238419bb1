"""Look at every certificate once more: verify_certificates and its last result."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context

import django
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from certificates.models import Certificate
from certificates.verification_checks import Fault, faults
from certificates.verification_models import VerificationFinding, VerificationRun
from certificates.verification_records import Record, astray, records
from courses.models import Enrollment
from courses.services import every_lesson_done

BLOCK = 50  # certificates read, and given to a process, at a time

type Found = list[tuple[Certificate, Fault]]


def verify_certificates(
    *,
    processes: int,
    with_files: bool = True,
    tell: Callable[[VerificationRun, Found], None],
) -> VerificationRun:
    """Check all certificates that there are now, and keep what is found.

    with_files: make each one's files and look into them, too; it doubles the work.
    tell: called after each block with the run so far and what was found in it.
    """
    run = VerificationRun.objects.create()
    for checked, found in chain(_astray(), _checked(processes, with_files=with_files)):
        run.checked += checked
        VerificationFinding.objects.bulk_create(
            VerificationFinding(
                run=run, certificate=certificate, kind=fault.kind, detail=fault.detail
            )
            for certificate, fault in found
        )
        tell(run, found)
    run.unclaimed = unclaimed().count()
    run.finished_at = timezone.now()
    run.save(update_fields=["checked", "unclaimed", "finished_at"])
    return run


def unclaimed() -> QuerySet[Enrollment]:
    """Who finished a track and has not claimed its certificate; that is no mistake."""
    claimed = Certificate.objects.filter(enrollment=OuterRef("pk"))
    finished = Enrollment.objects.filter(
        Q(completed_at__isnull=False) | every_lesson_done(), learner__erased_at=None
    )
    return finished.filter(~Exists(claimed)).order_by("pk")


def last_run() -> VerificationRun | None:
    """The last that looked at all there was."""
    return VerificationRun.objects.filter(finished_at__isnull=False).first()


@dataclass(frozen=True)
class LastResult:
    """Of the last whole run, for the admin's first page."""

    run: VerificationRun
    disagreeing: int  # certificates


def last_result() -> LastResult | None:
    """None: there was no run yet."""
    run = last_run()
    if run is None:
        return None
    count = Count("certificate", distinct=True)
    return LastResult(run, run.findings.aggregate(count=count)["count"])


def last_findings(most: int) -> list[VerificationFinding]:
    """What the last whole run found, each with its certificate."""
    run = last_run()
    if run is None:
        return []
    return list(run.findings.select_related("certificate")[:most])


def check(block: list[Record], *, with_files: bool) -> tuple[int, Found]:
    """How many were looked at, and what was found; without the database."""
    found = [
        (record.certificate, fault)
        for record in block
        for fault in faults(record, with_files=with_files)
    ]
    return len(block), found


def _astray() -> Iterator[tuple[int, Found]]:
    lost = Fault(VerificationFinding.Kind.UNFINISHED, "its enrolment is not there")
    if found := [(certificate, lost) for certificate in astray()]:
        yield len(found), found


def _checked(processes: int, *, with_files: bool) -> Iterator[tuple[int, Found]]:
    """Each block's result, in order. What waits to be checked is bounded."""
    look = partial(check, with_files=with_files)
    if processes == 1:
        yield from map(look, records(BLOCK))
        return
    waiting: deque[Future[tuple[int, Found]]] = deque()
    fresh = get_context("spawn")  # a fork would share the connection
    with ProcessPoolExecutor(processes, fresh, django.setup) as pool:
        for block in records(BLOCK):
            waiting.append(pool.submit(look, block))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
