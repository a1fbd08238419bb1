"""The simple inputs of an admin page's rows, written without a template each.

A lesson of a hundred questions has some five thousand inputs. Django renders each by two
templates, and an empty list of errors by one more; that was a third of the page's time.
What comes out is the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_LABEL = "django/forms/label.html"
_ERRORS = {f"django/forms/errors/list/{name}.html" for name in ("default", "ul")}


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    given = {"type": widget["type"], "name": widget["name"]}
    given |= {} if value is None else {"value": str(value)}
    return format_html("<input{}>", flatatt(given | widget["attrs"]))


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    """As unfold's, which has no line end after the tag."""
    attributes = flatatt({"name": widget["name"]} | widget["attrs"])
    return format_html("<textarea{}>{}</textarea>", attributes, widget["value"] or "")


def _select(widget: Mapping[str, Any]) -> SafeString:
    """As unfold's, whose options are three templates each. No choice of ours has groups."""
    options = format_html_join(
        "",
        "<option{}>{}</option>",
        (
            (flatatt({"value": str(one["value"])} | one["attrs"]), one["label"])
            for _name, group, _index in widget["optgroups"]
            for one in group
        ),
    )
    return format_html(
        '<div class="grow relative max-w-2xl"><select{}>{}</select>'
        '<span class="material-symbols-outlined absolute group-[.primary]:text-white '
        "pointer-events-none mr-[12px] right-0 text-base-400 top-0 top-1/2 "
        "hover:text-base-700 dark:text-base-500 dark:hover:text-base-200 "
        '-translate-y-1/2">expand_more</span></div>',
        flatatt({"name": widget["name"]} | widget["attrs"]),
        options,
    )


def _label(context: Mapping[str, Any]) -> SafeString:
    """Its text alone where there is nothing to be the label of."""
    if not context["use_tag"]:
        return format_html("{}", context["label"])
    attributes = flatatt(context["attrs"])
    return format_html(
        "<{0}{1}>{2}</{0}>", context["tag"], attributes, context["label"]
    )


WIDGETS: dict[str, Callable[[Mapping[str, Any]], SafeString]] = {
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/text.html": _input,
    "unfold/widgets/select.html": _select,
    "unfold/widgets/textarea.html": _textarea,
}


class RowRenderer(DjangoTemplates):
    """Django's; what is simple and comes a thousand times is written here."""

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        if template_name in WIDGETS:
            return WIDGETS[template_name](context["widget"])
        if template_name == _LABEL:
            return _label(context)
        if template_name in _ERRORS and not context["errors"]:
            return ""
        rendered: str = super().render(template_name, context, request)
        return rendered


ROW_RENDERER = RowRenderer()
