"""Logs: one event a line on standard error, whatever a request wrote into it."""

import logging
import re
from typing import Any

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class OneLine(logging.Formatter):
    """Escapes what would begin another line or steer a terminal, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROLS.sub(_escaped, super().format(record))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


ONE_EVENT_A_LINE: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "one_line": {
            "()": OneLine,
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "one_line"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers would mail errors, with the request, to nobody
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
