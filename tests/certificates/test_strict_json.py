"""JSON that can be read in two ways is not read at all."""

import pytest

from certificates.strict_json import StrictJsonError, read_object


def test_plain_json_is_read():
    text = '{"a": [1, -2.5, true, null, {"b": "\\ud83d\\ude00 \\" ] }"}]}'

    assert read_object(text) == {"a": [1, -2.5, True, None, {"b": '😀 " ] }'}]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2 is wrong"),
        ('{"a": 1,}', "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        ('{"a": 1} {"b": 2}', "is not JSON"),
        ('{"a": "\x01"}', "is not JSON"),
        ("\ufeff{}", "is not JSON"),
        ("[]", "is no certificate"),
        ('{"a": {"b": 1, "b": 1}}', "says “b” twice"),
        ('{"a": NaN}', "a number that cannot be read"),
        ('{"a": -Infinity}', "a number that cannot be read"),
        ('{"a": 1e999}', "a number that cannot be read"),
        ('{"a": ' + "9" * 100_000 + "}", "a number that cannot be read"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"\\udfff": 1}', "half a character"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[" * 250_000, "nested too deeply"),
        ('{"a": "' + '\\"' * 120_000, "is not JSON"),
        ('"' * 250_000, "is not JSON"),
        ("\\" * 250_000, "is not JSON"),
    ],
)
def test_what_is_not_is_told_so(text, said):
    with pytest.raises(StrictJsonError, match=said):
        read_object(text)


def test_brackets_in_texts_are_not_depth():
    assert read_object('{"a": "' + "[" * 1000 + '"}') == {"a": "[" * 1000}
