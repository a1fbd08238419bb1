from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from accounts.forms import NameForm


class Choosing(forms.Form):
    what = forms.ChoiceField(
        label="What becomes of it?",
        help_text="Once and for all.",
        choices=[("keep", "It stays"), ("go", "It goes")],
        widget=forms.RadioSelect,
    )
    hidden = forms.CharField(widget=forms.HiddenInput, initial="kept")


def drawn(form: forms.Form) -> str:
    source = "{% load crispy_forms_tags %}{{ form|as_crispy_errors }}{{ form|crispy }}"
    context = Context({"form": form, "request": RequestFactory().get("/")})
    return " ".join(Template(source).render(context).split())


def test_a_field_is_label_hint_and_control():
    html = drawn(NameForm())

    assert '<div class="field">' in html
    assert '<label for="id_name">Your name</label>' in html
    assert 'class="input"' in html
    assert 'autocomplete="name"' in html
    assert "problem" not in html


def test_a_refused_field_has_summary_inline_error_and_names_both():
    html = drawn(NameForm({"name": ""}))

    assert html.startswith('<div class="problem" role="alert" tabindex="-1" data-land>')
    assert '<a href="#id_name">Write your name</a>' in html
    assert '<div class="field has-error">' in html
    assert '<p class="field__error" id="id_name_error">' in html
    assert '<span class="vh">Error:</span> Write your name' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_error"' in html


def test_choices_are_a_group_with_its_legend_and_the_summary_leads_to_the_first():
    html = drawn(Choosing({"what": "neither"}))

    assert '<legend class="field__label">What becomes of it?</legend>' in html
    assert 'aria-describedby="id_what_helptext id_what_error"' in html
    assert html.count('class="choice"') == 2
    assert '<a href="#id_what_0">' in html
    assert 'type="hidden"' in html


def test_what_was_typed_comes_back_as_text():
    html = drawn(NameForm({"name": '"><script>1</script>' + "x" * 200}))

    assert "<script>" not in html
