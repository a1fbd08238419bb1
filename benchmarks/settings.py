"""Production as it is, with the benchmark's addresses and a second template engine.

The engine "held" renders our own templates, but for the tags that query the
database: those it takes from benchmarks.held, which answers from memory.
"""

from copy import deepcopy

from gradus.settings.base import DEMO_DIR
from gradus.settings.production import *  # noqa: F403
from gradus.settings.production import TEMPLATES as OURS

ROOT_URLCONF = "benchmarks.urls"
STATIC_ROOT = DEMO_DIR / "benchmarks" / "static"

_held = deepcopy(OURS[0])
_held["NAME"] = "held"
_held["OPTIONS"]["libraries"] = {"self_check": "benchmarks.held"}  # type: ignore[index]
TEMPLATES = [{**OURS[0], "NAME": "django"}, _held]
