"""What a person reads off the pages and mails of an account."""

import re

from django.core import mail
from django.core.mail import EmailMultiAlternatives

CODE = re.compile(r"^[A-Z]{6}$", re.MULTILINE)
LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


def found(pattern: str | re.Pattern[str], text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in {text}"
    return match


def latest_mail() -> EmailMultiAlternatives:
    sent = mail.outbox[-1]
    assert isinstance(sent, EmailMultiAlternatives)
    return sent


def text_of(sent: EmailMultiAlternatives) -> str:
    return str(sent.body)


def html_of(sent: EmailMultiAlternatives) -> str:
    ((content, _kind),) = sent.alternatives
    return str(content)


def latest_code() -> str:
    return found(CODE, text_of(latest_mail()))[0]


def link_in_mail() -> str:
    return found(LINK, text_of(latest_mail()))[0]


def title_of(page) -> str:
    title = found(r"(?s)<title>(.*?)</title>", page.content.decode())[1]
    return " ".join(title.split())


def without_tokens(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", page)
