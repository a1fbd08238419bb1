"""Codes: unguessable, and forgiving to type."""

from hypothesis import given
from hypothesis import strategies as st

from certificates.codes import ALPHABET, new_code, read_code

codes = st.builds(
    lambda symbols: "-".join(symbols[at : at + 4] for at in range(0, 16, 4)),
    st.text(ALPHABET, min_size=16, max_size=16),
)


def test_a_code_has_80_bits_in_four_groups_of_four():
    groups = new_code().split("-")

    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)
    assert len(ALPHABET) ** 16 == 2**80


def test_a_thousand_codes_share_no_prefix():
    made = [new_code() for _number in range(1000)]

    assert len({code[:9] for code in made}) == 1000  # of the first 40 bits
    assert {code[0] for code in made} == set(ALPHABET)


@given(codes)
def test_a_code_reads_as_itself(code):
    assert read_code(code) == code


@given(codes, st.data())
def test_case_spaces_hyphens_and_look_alikes_do_not_matter(code, data):
    alikes = {"0": "0Oo", "1": "1IiLl"}
    written = "".join(
        data.draw(st.sampled_from(alikes.get(symbol, symbol + symbol.lower())))
        + data.draw(st.sampled_from(["", "-", " ", "–", ".", "\t", "\u200b"]))
        for symbol in code.replace("-", "")
    )

    assert read_code(written) == code


def test_full_width_symbols_are_read():
    assert read_code("７Ｋ４Ｍ 9QXT 2HWD 5VPN") == "7K4M-9QXT-2HWD-5VPN"


@given(st.text())
def test_whatever_is_typed_is_a_code_in_its_one_spelling_or_nothing(text):
    code = read_code(text)

    assert code is None or (read_code(code) == code and len(code) == 19)


def test_what_cannot_be_a_code_is_none():
    for text in (
        "",
        "7K4M-9QXT-2HWD-5VP",  # too short
        "7K4M-9QXT-2HWD-5VPN0",  # too long
        "7K4M-9QXT-2HWD-5VPU",  # U is in no code
        "7K4M-9QXT-2HWD-5VPé",
        "٧K4M-9QXT-2HWD-5VPN",  # a digit of another script
        "\x00\ud800",
        "7K4M9QXT2HWD5VPN" + "-" * 1000,
    ):
        assert read_code(text) is None
