"""An issuer with a key of its own, for documents that the site did not sign."""

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.ldp import add_data_integrity_proof

from certificates.credential import did_of, instant

LIST_LENGTH = 131_072  # entries, the fewest that the standard allows


@dataclass(frozen=True)
class Issuer:
    """Whoever signs under an origin, with the key that its did.json may show."""

    origin: str
    key_name: str = "key-2026-11"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def did(self) -> str:
        return did_of(self.origin)

    @property
    def did_address(self) -> str:
        return f"{self.origin}/.well-known/did.json"

    def did_document(self) -> dict[str, Any]:
        method = f"{self.did}#{self.key_name}"
        pem = self.key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "@context": [
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/multikey/v1",
            ],
            "id": self.did,
            "verificationMethod": [
                {
                    "id": method,
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": did_key_from_pem(pem).removeprefix(
                        "did:key:"
                    ),
                }
            ],
            "assertionMethod": [method],
        }

    def sign(
        self, document: dict[str, Any], created: datetime | None = None
    ) -> dict[str, Any]:
        """The document with a new proof of this issuer in place of any that it has."""
        bare = {key: value for key, value in document.items() if key != "proof"}
        signed: dict[str, Any] = add_data_integrity_proof(
            bare,
            self.key,
            f"{self.did}#{self.key_name}",
            created=(created or datetime.now(UTC)).replace(microsecond=0),
        )
        return signed

    def status_list(
        self, address: str, revoked: Iterable[int] = (), *, days: int = 7
    ) -> dict[str, Any]:
        """A list under that address, which this issuer signed.

        days: how long from now it is valid; negative: it is stale already.
        """
        bits = bytearray(LIST_LENGTH // 8)
        for index in revoked:
            bits[index >> 3] |= 0x80 >> (index & 7)
        encoded = base64.urlsafe_b64encode(gzip.compress(bits)).decode().rstrip("=")
        now = datetime.now(UTC)
        return self.sign(
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "id": address,
                "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                "issuer": self.did,
                "validFrom": instant(now - timedelta(days=30)),
                "validUntil": instant(now + timedelta(days=days)),
                "credentialSubject": {
                    "id": f"{address}#list",
                    "type": "BitstringStatusList",
                    "statusPurpose": "revocation",
                    "encodedList": f"u{encoded}",
                },
            }
        )
