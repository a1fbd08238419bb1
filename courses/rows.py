"""Objects out of hand-written statements, for the few pages that are read most.

The ORM takes longer to put such a statement together than Postgres to answer it
(docs/decisions/0010-speed.md).
"""

import json
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from django.db import models

from courses.querysets import plan_mode


class Columns[M: models.Model]:
    """What a statement selects of one table: `sql`, and an object of each row's part.

    A column in `without` is deferred, as QuerySet.defer() does.
    """

    def __init__(
        self, model: type[M], alias: str, *, without: Collection[str] = ()
    ) -> None:
        fields = [f for f in model._meta.concrete_fields if f.name not in without]
        self.model = model
        self.names = [field.attname for field in fields]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self.json = [
            place
            for place, field in enumerate(fields)
            if isinstance(field, models.JSONField)
        ]

    def take(self, row: Iterator[Any]) -> M:
        """The object that the next columns of the row make."""
        values = list(islice(row, len(self.names)))
        for place in self.json:  # Django lets it arrive as text
            values[place] = json.loads(values[place])
        return self.model.from_db("default", self.names, values, fetch_mode=plan_mode())
