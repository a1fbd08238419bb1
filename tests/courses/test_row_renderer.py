"""Inputs of the admin's rows: what is written in Python is what the templates say."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.forms.renderers import get_default_renderer
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from courses.row_renderer import ROW_RENDERER, WIDGETS
from tests.admin_forms import admin_client
from tests.factories import make_question

HOSTILE = "\"><script>alert('1 & 2')</script>"
KINDS = [("single", "One is right"), ("text", HOSTILE)]
INPUTS = [
    (forms.TextInput({"maxlength": 5}), HOSTILE),
    (forms.NumberInput(), 0),
    (UnfoldAdminDecimalFieldWidget(), None),
    (forms.HiddenInput(), 7),
    (forms.CheckboxInput({"class": "delete"}), False),
    (UnfoldBooleanSwitchWidget(), True),
    (UnfoldAdminTextareaWidget({"rows": 1, "aria-label": HOSTILE}), HOSTILE),
    (UnfoldAdminTextareaWidget(), None),
    (UnfoldAdminSelectWidget(choices=KINDS), "text"),
    (UnfoldAdminSelectWidget({"disabled": True, "required": False}, KINDS), HOSTILE),
]


class _Seen(HTMLParser):
    """What a browser makes of it: tags, their attributes in any order, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.parts.append(tag)

    def handle_data(self, data):
        if data.strip():
            self.parts.append(data)


def same(ours: str, theirs: str) -> bool:
    return _Seen(ours).parts == _Seen(theirs).parts


@pytest.mark.parametrize(("widget", "value"), INPUTS)
def test_an_input_is_the_one_of_its_template(widget, value):
    attrs = {"id": "id_row", "required": True}

    ours = widget.render("row", value, attrs, ROW_RENDERER)

    assert widget.template_name in WIDGETS
    assert same(ours, widget.render("row", value, attrs, get_default_renderer()))
    assert "<script" not in ours


class Row(forms.Form):
    text = forms.CharField(label=HOSTILE)


def test_a_label_and_errors_are_those_of_their_templates():
    for data in ({"text": ""}, {"text": "Sand"}):
        ours = Row(data, renderer=ROW_RENDERER)["text"]
        theirs = Row(data)["text"]

        assert same(ours.label_tag(), theirs.label_tag())
        assert same(ours.errors.as_ul(), theirs.errors.as_ul())
        assert same(str(ours.errors), str(theirs.errors))


def test_a_choice_more_costs_two_templates(ruth, lesson):
    client = admin_client(ruth)
    address = reverse("admin:courses_lesson_change", args=[lesson.pk])

    def templates() -> int:
        return len(client.get(address).templates)

    make_question(lesson, wrong=("Sand",))
    few = templates()
    question = lesson.questions.get()
    for position in range(3, 13):
        question.choices.create(text=f"Clay {position}", position=position)

    assert templates() - few == 2 * 10
