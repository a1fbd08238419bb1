import threading

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives, InvalidMailer

from gradus.mail import FolderBackend


@pytest.fixture
def folder(tmp_path, settings):
    path = tmp_path / "mails"
    settings.MAILERS = {
        "default": {
            "BACKEND": "gradus.mail.FolderBackend",
            "OPTIONS": {"file_path": str(path)},
        }
    }
    return path


def send(subject="Your code", body="Zo\u00eb, type \u201cABCDEF\u201d.\n"):
    message = EmailMultiAlternatives(
        subject, body, "Gradus <g@example.org>", ["zoe@example.org"]
    )
    message.attach_alternative("<p>ABCDEF</p>", "text/html")
    return message.send()


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix)


def test_a_mail_lies_in_the_folder_as_readable_text(folder):
    assert send() == 1

    assert names(folder) == ["0001-your-code.html", "0001-your-code.txt"]
    assert (folder / "0001-your-code.txt").read_text(encoding="utf-8") == (
        "From: Gradus <g@example.org>\n"
        "To: zoe@example.org\n"
        "Subject: Your code\n"
        "\n"
        "Zo\u00eb, type \u201cABCDEF\u201d.\n"
    )


def test_mails_are_numbered_on_and_never_overwritten(folder):
    send()
    send()
    send("../../Etwas anderes \u2026")

    assert [name for name in names(folder) if name.endswith("txt")] == [
        "0001-your-code.txt",
        "0002-your-code.txt",
        "0003-etwas-anderes.txt",
    ]


def test_a_subject_of_signs_alone_still_makes_a_file(folder):
    send("\u2026")

    assert (folder / "0001-mail.txt").exists()


def test_mails_sent_at_once_get_a_number_each(folder):
    barrier = threading.Barrier(8)

    def go():
        barrier.wait()
        for _ in range(10):
            send()

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    texts = [name for name in names(folder) if name.endswith(".txt")]
    assert [name[:4] for name in texts] == [f"{n:04}" for n in range(1, 81)]


def test_an_unknown_option_is_named(settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "gradus.mail.FolderBackend",
            "OPTIONS": {"file_path": "x", "colour": "red"},
        }
    }
    with pytest.raises(InvalidMailer, match="colour"):
        mail.mailers["default"]


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError):
        FolderBackend(file_path=str(tmp_path / "file" / "mails")).send_messages(
            [EmailMultiAlternatives("s", "b", "a@example.org", ["b@example.org"])]
        )
