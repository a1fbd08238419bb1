import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.names import LONGEST_NAME, clean_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada Sample", "Ada Sample"),
        ("  Ada \t\r\n Sample\u00a0", "Ada Sample"),
        ("Ada\u202elpmaS", "AdalpmaS"),  # right-to-left override
        ("\u2066Ada\u2069", "Ada"),  # bidi isolates
        ("A\u200bd\u200da\ufeff", "Ada"),  # zero-width space, joiner, mark
        ("A\u200b\u200cda \u200b Sample", "Ada Sample"),
        ("A\x00da\x07", "Ada"),
        ("A\ud800da", "Ada"),  # half of a surrogate pair
        ("Ada\U000e0041", "Ada"),  # a tag character
        ("Zoe\u0308", "Zo\u00eb"),  # composed
        ("Ada\u2028Sample", "Ada Sample"),  # line separator
        ("\u3164Ada\u3164", "Ada"),  # Hangul filler
        ("O\u2019Neill-d\u2019Arc Jr.", "O\u2019Neill-d\u2019Arc Jr."),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_name_loses_what_cannot_be_seen_and_nothing_else(typed, name):
    assert clean_name(typed) == name


@pytest.mark.parametrize(
    "name",
    [
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala "Sri", joined after its virama
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Persian "Ali-Reza"
    ],
)
def test_a_joiner_stays_where_the_script_needs_it(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \u200b\u202e ", "required"),
        ("\u3164\u115f", "required"),
        ("12 34", "no_letter"),
        ("\u2026", "no_letter"),
        ("a" * (LONGEST_NAME + 1), "max_length"),
        ("a" * 50_000, "max_length"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed, code):
    with pytest.raises(ValidationError) as refusal:
        clean_name(typed)

    assert refusal.value.code == code


def test_the_longest_name_is_counted_after_cleaning():
    assert len(clean_name("\u200b" * 500 + "e\u0301" * LONGEST_NAME)) == LONGEST_NAME


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(typed):
    try:
        name = clean_name(typed)
    except ValidationError:
        return

    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= LONGEST_NAME
    name.encode()
