"""What a browser would send: the fields of an admin page, read from its HTML."""

from collections.abc import Callable
from html.parser import HTMLParser
from threading import Thread
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client

from accounts.models import User


def admin_client(user: User) -> Client:
    """A client in which this person is signed in, with the content types in memory.

    The admin reads one a model, which a cold cache would make look like a loop.
    """
    ContentType.objects.get_for_models(*apps.get_models())
    client = Client()
    client.force_login(user)
    return client


class _Fields(HTMLParser):
    """The successful controls of a page, as a form sends them; no button is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._text: str | None = None  # the text area that is being read
        self._select: str | None = None

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        name = a.get("name")
        if tag == "option" and self._select and "selected" in a:
            self.sent[self._select] = a.get("value", "")
        if not name or "disabled" in a:
            return
        if tag == "textarea":
            self._text, self.sent[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "input" and self._is_sent(a):
            self.sent[name] = a.get("value", "on" if a["type"] == "checkbox" else "")

    @staticmethod
    def _is_sent(a) -> bool:
        if a.get("type") in {"checkbox", "radio"}:
            return "checked" in a
        return a.get("type") not in {"submit", "button", "search"}

    def handle_data(self, data):
        if self._text is not None:
            self.sent[self._text] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._text is not None:
            # the first line end after the tag is not part of the value; CRLF is sent
            text = self.sent[self._text].removeprefix("\r\n").removeprefix("\n")
            self.sent[self._text] = text.replace("\r\n", "\n").replace("\n", "\r\n")
            self._text = None
        if tag == "select":
            self._select = None


def fields_of(client: Client, address: str) -> dict[str, str]:
    """What the form at this address would send if nobody touched it."""
    sent = _read(client, address)
    return {name: value for name, value in sent.items() if "__prefix__" not in name}


def added_row(client: Client, address: str, rows: str, number: int) -> dict[str, str]:
    """What a row would send that "Add a question" puts there: the page's hidden one."""
    start = f"{rows}-__prefix__-"
    return {
        f"{rows}-{number}-{name.removeprefix(start)}": value
        for name, value in _read(client, address).items()
        if name.startswith(start)
    }


def _read(client: Client, address: str) -> dict[str, str]:
    page = client.get(address)
    assert page.status_code == 200, page
    return fields_in(page)


def fields_in(page: Any) -> dict[str, str]:
    """All that this response would send, the hidden rows included."""
    reader = _Fields()
    reader.feed(page.content.decode())
    return reader.sent


def in_thread(work: Callable[[], object]) -> Thread:
    """Started, with a connection of its own that is closed at the end."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread
