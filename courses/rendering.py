"""A text column that holds another column's Markdown, rendered at every save."""

from collections.abc import Callable
from typing import Any

from django.db import models

from courses.markdown import render_blocks, render_inline
from courses.shown import NO_PICTURES, Pictures

__all__ = ["RenderedField", "render_blocks", "render_inline", "render_rest"]

type Render = Callable[[str, Pictures], str]


def _parts(source: str) -> tuple[str, str]:
    """The first paragraph and the rest; a form's line ends are as good as a file's."""
    first, _blank, rest = source.replace("\r\n", "\n").partition("\n\n")
    return first, rest


def render_first(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """The first paragraph, inline: what stands in a legend or a label."""
    return render_inline(_parts(source)[0], pictures)


def render_rest(source: str, pictures: Pictures = NO_PICTURES) -> str:
    """What follows the first paragraph, as blocks; empty when nothing does."""
    rest = _parts(source)[1]
    return render_blocks(rest, pictures) if rest.strip() else ""


class RenderedField(models.TextField):  # type: ignore[type-arg]
    """Safe HTML of the Markdown in `source`, never typed by hand.

    It fills itself as auto_now does, at each save and bulk_create, so no caller can
    forget to render. QuerySet.update() does not run it. A row whose text may show
    pictures has them as its `shown_pictures`.
    """

    def __init__(
        self, source: str = "", render: Render = render_blocks, **kwargs: Any
    ) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        super().__init__(**kwargs)
        self.source = source
        self.render = render

    def deconstruct(self) -> Any:
        """For migrations it is a plain text column."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        source = getattr(model_instance, self.source) or ""
        pictures: Pictures = NO_PICTURES
        if "![" in source:  # else nobody asks for them
            pictures = getattr(model_instance, "shown_pictures", NO_PICTURES)
        html = self.render(source, pictures)
        setattr(model_instance, self.attname, html)
        return html
