"""Why an admin revoked a certificate, or issued it anew: public, so it names nobody. Pure.

A reason is read by whoever has the code, and stays when the account is erased.
"""

from collections.abc import Iterable

from accounts.reasons import address_in, named_in


def person_in(reason: str, names: Iterable[str], email: str | None) -> str:
    """What in the reason names the person, or is anybody's address; else "".

    names: as they were printed, and the account's; an erased one's is "".
    """
    if found := named_in(reason, [], email):
        return found
    if address := address_in(reason):
        return address
    return named_in(reason, names, None)
