"""A public reason names nobody."""

import pytest

from certificates.reasons import person_in

NAMES = ["Ada Sample", ""]
EMAIL = "ada@example.org"


@pytest.mark.parametrize(
    "reason",
    [
        "it was issued to Ada Sample",
        "it was issued to ADA   sample",
        "it was issued to ada sample.",
        "sample, ada asked for it",
        "Sample's account was not hers",
        "it was Ada who asked",
        "it was ADA who asked",
        "Ａｄａ asked for it",
        "write to ADA@example.org",
        "write to ada＠example.org",
        "write to somebody.else@example.com",
        "Ａｄａ Ｓａｍｐｌｅ asked for it",
    ],
)
def test_names_and_addresses_are_found_however_they_are_written(reason):
    assert person_in(reason, NAMES, EMAIL)


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        ("it was issued to the wrong account", NAMES),
        ("it was a sample, made for a test", NAMES),
        ("it will be issued under another name", ["Will Otherman"]),
        ("an illegal copy was made", ["Al"]),
        ("the account was erased", [""]),
    ],
)
def test_ordinary_words_are_no_names(reason, names):
    assert person_in(reason, names, None) == ""


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("証明書は山田太郎さんのものではない", "山田太郎"),
        ("ὁ Ἀλέξανδρος τὸ ἐζήτησεν", "Ἀλέξανδρος"),
        ("it was Zoë Ångström's wish", "ZOË ÅNGSTRÖM"),
        ("it was Zoe\N{COMBINING DIAERESIS} who asked", "Zoë"),
    ],
)
def test_names_of_every_script_are_found(reason, name):
    assert person_in(reason, [name], None) == name
