"""Where the texts of a track show its pictures, in this room and in those above.

A model with rendered texts whose `lesson_path` leads to its lesson is part of that lesson:
so the questions' pictures are known here, and questions are not.
"""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from courses.models import Track
from courses.publishing import render_again
from courses.rendering import RenderedField


def _parts_of_lessons() -> Iterator[tuple[Any, str]]:
    """The models that are part of a lesson, and the way there."""
    for model in apps.get_models():
        path = getattr(model, "lesson_path", None)
        if path is not None:
            yield model, path


def _rendered(model: type[models.Model]) -> list[RenderedField]:
    return [f for f in model._meta.concrete_fields if isinstance(f, RenderedField)]


def _any(names: list[str], value: Any) -> Q:
    return reduce(or_, (Q(**{f"{name}__contains": value}) for name in names))


def shows(digest: Any, of_part: Any) -> Q:
    """Of lessons: those whose text, or a question of it, shows the picture.

    digest, of_part: the picture's digest as the query of the lesson has to call it, and as
    a query within that one does.
    """
    shown = Q(body_html__contains=digest)
    for model, path in _parts_of_lessons():
        fields = [field.name for field in _rendered(model)]
        # ≥ says nothing more; with = alone PostgreSQL, where its statistics are old, reads
        # all questions there are into a hash
        of_lesson = {path: OuterRef("pk"), f"{path}__gte": OuterRef("pk")}
        parts = model._default_manager.filter(_any(fields, of_part), **of_lesson)
        shown |= Q(Exists(parts))
    return shown


def show_again(track: Track, names: list[str]) -> None:
    """Render anew what names one of these pictures; no text changes, only its HTML."""
    naming = reduce(or_, (Q(markdown__contains=name) for name in names))
    render_again(track, naming)
    _render_anew(Track, {"pk": track.pk}, names)
    for model, path in _parts_of_lessons():
        _render_anew(model, {f"{path}__track": track.pk}, names)


def _render_anew(model: Any, of_track: dict[str, Any], names: list[str]) -> None:
    fields = _rendered(model)
    sources = sorted({field.source for field in fields})
    naming = reduce(or_, (_any(sources, name) for name in names))
    rows = list(model._default_manager.filter(naming, **of_track).order_by("pk"))
    for row in rows:
        for field in fields:
            field.pre_save(row, add=False)
    model._default_manager.bulk_update(rows, [field.name for field in fields])
