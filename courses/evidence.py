"""What hangs on a track or a lesson and keeps it from being deleted."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.deletion import CASCADE, PROTECT


@dataclass(frozen=True)
class Evidence:
    """So many rows of one kind; `name` is in the number that goes with the count."""

    count: int
    name: str


def evidence_on(row: models.Model) -> list[Evidence]:
    """All that PROTECT would say about deleting this row; empty: it may go.

    It reads the models' own keys, so it also knows those of the rooms above. What is
    only part of evidence already counted, such as the picks of an answer, is left out.
    """
    found: list[Evidence] = []
    counted: set[type[models.Model]] = set()
    waiting: deque[tuple[type[models.Model], str]] = deque([(type(row), "")])
    while waiting:
        model, path = waiting.popleft()
        for relation in model._meta.related_objects:
            related: Any = relation.related_model
            lookup = f"{relation.field.name}__{path}" if path else relation.field.name
            if relation.on_delete is CASCADE:
                waiting.append((related, lookup))
            elif relation.on_delete is PROTECT and not _is_part_of(related, counted):
                count = related._default_manager.filter(**{lookup: row}).count()
                if count:
                    counted.add(related)
                    found.append(Evidence(count, _name(related, count)))
    return found


def _is_part_of(model: type[models.Model], counted: set[type[models.Model]]) -> bool:
    return any(field.related_model in counted for field in model._meta.fields)


def _name(model: type[models.Model], count: int) -> str:
    names = model._meta
    return str(names.verbose_name if count == 1 else names.verbose_name_plural)
