"""The load: some keep-alive connections that ask as fast as they are answered.

A process of its own, without Django. Reads a plan from standard input, as JSON:
{"port", "seconds", "connections", "most", "requests": [[method, path, headers, body]]};
"most" ends it sooner, 0 never does. "{new}" in a body becomes a new UUID each time.
Prints {"latencies": [ms], "refused": {status: count}, "seconds", "cpu"}, the last two
being what passed and what the processor spent on this process.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from threading import Thread
from typing import Any
from uuid import uuid4


@dataclass
class Load:
    """What all connections share; a list's append and a count's next are atomic."""

    plan: dict[str, Any]
    ends_at: float
    number: Iterator[int] = field(default_factory=count)
    latencies: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)


def main() -> None:
    plan = json.load(sys.stdin)
    begun = time.perf_counter()
    spent = time.process_time()
    load = Load(plan, begun + plan["seconds"])
    threads = [Thread(target=_ask, args=[load]) for _ in range(plan["connections"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {
        "latencies": load.latencies,
        "refused": load.refused,
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - spent,
    }
    json.dump(told, sys.stdout)


def _ask(load: Load) -> None:
    connection = HTTPConnection("127.0.0.1", load.plan["port"], timeout=30)
    requests, most = load.plan["requests"], load.plan["most"]
    while (now := time.perf_counter()) < load.ends_at:
        number = next(load.number)
        if most and number >= most:
            break
        method, path, headers, body = requests[number % len(requests)]
        if body is not None:
            body = body.replace("{new}", str(uuid4()))
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        load.latencies.append(round(1000 * (time.perf_counter() - now), 3))
        if response.status != 200:
            load.refused[response.status] += 1
    connection.close()


if __name__ == "__main__":
    main()
