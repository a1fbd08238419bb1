"""Run as a program: a process that has signed nothing yet signs from eight threads.

Prints the signed texts as a JSON list, in order.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

THREADS, CERTIFICATES = 8, 200


def sign_one(number: int) -> str:
    from certificates.credential import with_status
    from certificates.keys import SigningKey
    from certificates.models import IssuerKey
    from certificates.private_key import private_key
    from certificates.signing import sign
    from tests.certificates.test_credential import FINISHED, credential_of, made

    key = SigningKey(IssuerKey(name="key-2026-01"), private_key())
    credential = credential_of(made(track_title=f"T{number}"))
    placed = with_status(credential, 1, number)
    return sign(placed, key, "https://gradus.example", FINISHED)


def main() -> None:
    import django

    django.setup()
    start = Barrier(THREADS)

    def sign_some(first: int) -> list[str]:
        start.wait()  # the library is imported, and its caches filled, by all at once
        return [sign_one(number) for number in range(first, CERTIFICATES, THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        signed = list(pool.map(sign_some, range(THREADS)))
    texts = [signed[at % THREADS][at // THREADS] for at in range(CERTIFICATES)]
    print(json.dumps(texts))  # noqa: T201 (what it is for)


if __name__ == "__main__":
    main()
