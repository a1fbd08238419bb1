"""The code of a certificate: 80 random bits in Crockford's base 32, in four groups.

Source of the alphabet: https://www.crockford.com/base32.html (no I, L, O and U).
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SYMBOLS = 16  # of 5 bits each
LONGEST_INPUT = 200  # characters; a code with every hyphen and space is far shorter

_CODE = re.compile(rf"[{ALPHABET}]{{{SYMBOLS}}}")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def new_code() -> str:
    """A code nobody can guess, in its one spelling: "7K4M-9QXT-2HWD-5VPN"."""
    return _grouped("".join(secrets.choice(ALPHABET) for _symbol in range(SYMBOLS)))


def read_code(text: str) -> str | None:
    """The one spelling of a code that somebody typed; None when it cannot be one.

    Case, hyphens, spaces and all else but letters and digits do not matter; the letter
    O is read as zero, I and L as one.
    """
    if len(text) > LONGEST_INPUT:
        return None
    typed = unicodedata.normalize("NFKC", text).upper()
    symbols = "".join(filter(str.isalnum, typed)).translate(_LOOK_ALIKES)
    return _grouped(symbols) if _CODE.fullmatch(symbols) else None


def _grouped(symbols: str) -> str:
    return "-".join(symbols[at : at + 4] for at in range(0, SYMBOLS, 4))
