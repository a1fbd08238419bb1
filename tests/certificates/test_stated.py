"""What is said of two credentials that are not the same, whatever the other one holds."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates.keys import multibase_of
from certificates.private_key import private_key
from certificates.signing import ProofError, check_proof
from certificates.stated import differences, is_same
from certificates.strict_json import read_object
from tests.certificates.test_independent import signed

TEXT = signed()
DOCUMENT = read_object(TEXT)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-99, 99)
    | st.floats(-1, 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.sampled_from(["id", "@id", "@graph", "https://example.org/", "_:b0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
            | st.sampled_from(["id", "@id", "@context", "@reverse", "type", "proof"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value: object, *at: Any) -> list[tuple[Any, ...]]:
    """Every way into a document, but the one that is all of it."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    own = [at] if at else []
    return own + [way for key, part in inside for way in places(part, *at, key)]


def changed_at(place: tuple[Any, ...], to: object) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(DOCUMENT)
    inside: Any = changed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = to
    return changed


@given(st.sampled_from(places(DOCUMENT)), ANYTHING)
def test_whatever_stands_at_any_place_is_a_difference_and_breaks_the_proof(place, to):
    changed = changed_at(place, to)
    assume(changed != DOCUMENT)
    text = json.dumps(changed)
    stated = read_object(text)
    key = {"did:web:gradus.example#key-2026-01": multibase_of(private_key())}

    assert not is_same(DOCUMENT, stated)
    assert differences(DOCUMENT, stated) or place[0] == "proof"
    with pytest.raises(ProofError):
        check_proof(text, key)


def test_order_is_no_difference_but_among_contexts():
    backwards = dict(reversed(DOCUMENT.items()))
    lessons = DOCUMENT["evidence"]
    assert isinstance(lessons, list)
    turned = backwards | {"evidence": lessons[::-1]}
    contexts = DOCUMENT["@context"]
    assert isinstance(contexts, list)

    assert is_same(DOCUMENT, turned)
    assert differences(DOCUMENT, turned) == []
    assert not is_same(DOCUMENT, backwards | {"@context": contexts[::-1]})


def test_what_a_file_says_is_shown_up_to_a_length():
    stated = changed_at(("name",), "x" * 10_000)
    (found,) = differences(DOCUMENT, stated)

    assert found.theirs == "x" * 200 + "…"
    assert found.ours == "AI Fundamentals"
