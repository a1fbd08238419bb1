"""Whether a reason that somebody typed names a person. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w{2,}")
_ADDRESS = re.compile(r"\S+@\S+")


def named_in(reason: str, names: Iterable[str], email: str | None) -> str:
    """What in the reason names the person: their address or a name of theirs; else "".

    A name is found however it is spaced, in capitals or not and in any order; a part of
    it where it is not in lower case: "Will was ill", but not "it will be".

    names: as they were printed, and the account's; an erased one's is "".
    """
    said = _folded(reason)
    if email and _folded(email) in said:
        return email
    words: dict[str, str] = {
        _folded(word): word for word in _WORD.findall(reason) if not word.islower()
    }
    for name in filter(None, names):
        if _is_in(said, _folded(name)):
            return name
        if parts := words.keys() & _WORD.findall(_folded(name)):
            return words[min(parts)]
    return ""


def whole_name_in(reason: str, name: str) -> bool:
    """Whether the reason holds this name, and not just a part; of one of many people.

    A name of one word counts in its own capitals alone: "Will" is not in "it will be".
    """
    if len(name) < 2:
        return False
    if len(name.split()) == 1 and name.upper() != name.lower():
        return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reason))
    return _is_in(_folded(reason), _folded(name))


def address_in(reason: str) -> str:
    """An e-mail address, whosever it is; else ""."""
    found = _ADDRESS.search(unicodedata.normalize("NFKC", reason))
    return found[0] if found else ""


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_in(said: str, name: str) -> bool:
    """As whole words; scripts without capitals often write none between them."""
    if name.upper() == name.lower():
        return name in said
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said):
        return True
    parts = set(_WORD.findall(name))
    return len(parts) > 1 and parts <= set(_WORD.findall(said))
