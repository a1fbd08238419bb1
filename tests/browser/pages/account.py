"""The pages of an account: signing in and up, and what can be changed."""

import re
from collections.abc import Callable

from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.pages.entry import Entry
from tests.browser.stage import Stage, lessons_of, questions_of
from tests.factories import PASSWORD, make_user

NEW = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD}


def send(button: str, **typed: str) -> Callable[[Page], None]:
    """Fill the fields by their names, then press the button."""

    def steps(page: Page) -> None:
        main = page.get_by_role("main")
        for name, text in typed.items():
            main.locator(f"[name={name}]").fill(text)
        main.get_by_role("button", name=button).click()

    return steps


def at(view: str) -> Callable[[Stage], str]:
    """Nothing to arrange."""

    def arrange(stage: Stage) -> str:
        return reverse(view)

    return arrange


def signed_in_at(view: str) -> Callable[[Stage], str]:
    def arrange(stage: Stage) -> str:
        stage.sign_in()
        return reverse(view)

    return arrange


def with_answers(stage: Stage) -> str:
    track = stage.soil()
    stage.answer(questions_of(track)[0], "10 cm")
    stage.mark_done(lessons_of(track)[0])
    return reverse("account_login")


def sign_up_with_answers(stage: Stage) -> str:
    with_answers(stage)
    return reverse("account_signup")


def code_sent(stage: Stage) -> str:
    stage.client.post(reverse("account_signup"), NEW)
    return reverse("account_email_verification_sent")


def new_address_sent(stage: Stage) -> str:
    stage.sign_in()
    form = {"email": "new@example.org", "password": PASSWORD, "action_add": "1"}
    stage.client.post(reverse("account_email"), form)
    return reverse("account_email_verification_sent")


def code_expired(stage: Stage) -> str:
    address = code_sent(stage)
    for _attempt in range(3):
        stage.client.post(address, {"code": "AAAAAA"})
    return reverse("account_login")


def reset_link(stage: Stage) -> str:
    make_user("Ada")
    stage.client.post(reverse("account_reset_password"), {"email": NEW["email"]})
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert found
    return found[0]


def old_reset_link(stage: Stage) -> str:
    return reverse("account_reset_password_from_key", args=["1", "set-password-old"])


SIGN_IN = "account_login"
SIGN_UP = "account_signup"
CONFIRM = "account_email_verification_sent"
RESET = "account_reset_password"
NEW_PASSWORD = "account_reset_password_from_key"
CHANGE_PASSWORD = "account_change_password"
CHANGE_EMAIL = "account_email"
CHANGE_NAME = "account_name"
ACCOUNT = [
    Entry("sign in", SIGN_IN, at(SIGN_IN), "New here?"),
    Entry(
        "sign in, error",
        SIGN_IN,
        at(SIGN_IN),
        "The e-mail address or the password is not right",
        422,
        send("Sign in", login="ada@example.org", password="something else"),
    ),
    Entry("sign in, with answers", SIGN_IN, with_answers, "Your answers come with you"),
    Entry("sign in, code expired", SIGN_IN, code_expired, "That code no longer works."),
    Entry("sign up", SIGN_UP, at(SIGN_UP), "You have one?"),
    Entry("sign up, with answers", SIGN_UP, sign_up_with_answers, "come with you"),
    Entry(
        "sign up, error",
        SIGN_UP,
        at(SIGN_UP),
        "Use at least 10 characters",
        422,
        send("Create my account", **NEW | {"password1": "short"}),
    ),
    Entry("confirm", CONFIRM, code_sent, "Enter the code we sent to"),
    Entry("confirm, new address", CONFIRM, new_address_sent, "new@example.org"),
    Entry(
        "confirm, error",
        CONFIRM,
        code_sent,
        "This is not the code we sent.",
        422,
        send("Confirm my address", code="AAAAAA"),
    ),
    Entry("reset", RESET, at(RESET), "We send you a link"),
    Entry(
        "reset, error",
        RESET,
        at(RESET),
        "Write an e-mail address, for example",
        422,
        send("Send the link", email="ada@example"),
    ),
    Entry(
        "reset, sent", f"{RESET}_done", at(f"{RESET}_done"), "The link in it works once"
    ),
    Entry("new password", NEW_PASSWORD, reset_link, "Take this password"),
    Entry(
        "new password, error",
        NEW_PASSWORD,
        reset_link,
        "Use at least 10 characters",
        422,
        send("Take this password", password1="short"),
    ),
    Entry("new password, old link", NEW_PASSWORD, old_reset_link, "no longer works"),
    Entry("account", "account", signed_in_at("account"), "Change your name"),
    Entry(
        "change password",
        CHANGE_PASSWORD,
        signed_in_at(CHANGE_PASSWORD),
        "You stay signed in here",
    ),
    Entry(
        "change password, error",
        CHANGE_PASSWORD,
        signed_in_at(CHANGE_PASSWORD),
        "This is not your password",
        422,
        send("Change my password", oldpassword="not it", password1=PASSWORD),
    ),
    Entry("change e-mail", CHANGE_EMAIL, signed_in_at(CHANGE_EMAIL), "Now it is"),
    Entry(
        "change e-mail, error",
        CHANGE_EMAIL,
        signed_in_at(CHANGE_EMAIL),
        "This is not your password",
        422,
        send("Send me a code", email="new@example.org", password="not it"),
    ),
    Entry("change name", CHANGE_NAME, signed_in_at(CHANGE_NAME), "next certificate"),
    Entry(
        "change name, error",
        CHANGE_NAME,
        signed_in_at(CHANGE_NAME),
        "Write your name",
        422,
        send("Change my name", name=" "),
    ),
    Entry(
        "is it you",
        "account_reauthenticate",
        signed_in_at("account_reauthenticate"),
        "Write your password once more",
    ),
    Entry(
        "is it you, error",
        "account_reauthenticate",
        signed_in_at("account_reauthenticate"),
        "This is not your password",
        422,
        send("Go on", password="not it"),
    ),
    Entry(
        "sign out",
        "account_logout",
        signed_in_at("account_logout"),
        "Do you want to sign out on this device?",
    ),
    Entry("closed account", "account_inactive", at("account_inactive"), "An admin"),
]
