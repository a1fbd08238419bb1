"""Where a certificate and what proves it are found, as its page says it. Pure."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from certificates.credential import did_of, list_address
from certificates.models import Certificate


@dataclass(frozen=True)
class Shared:
    """Addresses of one certificate read with for_page; origin is the site's today.

    The issuer and its lists stay where they were at issue: they stand in the file.
    """

    certificate: Certificate
    origin: str

    @property
    def page(self) -> str:
        return self.origin + self.certificate.get_absolute_url()

    @property
    def credential(self) -> str:
        return self.origin + reverse("credential", args=[self.certificate.code])

    @property
    def picture(self) -> str:
        """Of 1200 x 630 pixels, for a shared link."""
        return self.origin + reverse(
            "certificate_picture", args=[self.certificate.code]
        )

    @property
    def did(self) -> str:
        return did_of(self.certificate.facts["origin"])

    @property
    def did_document(self) -> str:
        return f"{self.certificate.facts['origin']}{reverse('did')}"

    @property
    def status_list(self) -> str:
        """Empty while the certificate is not signed."""
        number = self.certificate.list_number
        if number is None:
            return ""
        return list_address(self.certificate.facts["origin"], number)

    @property
    def linkedin(self) -> str:
        """A plain link that fills LinkedIn's form; never with the learner's name."""
        issued = self.certificate.awarded_at
        return "https://www.linkedin.com/profile/add?" + urlencode(
            {
                "startTask": "CERTIFICATION_NAME",
                "name": self.certificate.track_title,
                "organizationName": self.certificate.facts["issuer"],
                "issueYear": issued.year,
                "issueMonth": issued.month,
                "certUrl": self.page,
                "certId": self.certificate.code,
            }
        )
