"""What the demo puts into its database: tables, three people, the tracks of content/."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ADMIN, INSTRUCTOR, User
from certificates.keys import publish, signing_key
from certificates.private_key import SigningKeyError, make_private_key, private_key
from courses.models import Track, TrackInstructor
from exchange.saving import import_track_folder
from exchange.track_folder import read_track_folder
from exchange.track_source import TrackSource
from gradus.background import requeue_stale
from gradus.demo_folder import DemoError, shown, step, write_private

CONTENT = settings.BASE_DIR / "content"
ROLES = ["learner", INSTRUCTOR, ADMIN]
# without look-alikes, so that a password can be typed from the screen
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105
PASSWORD_PARTS = 3
PASSWORD_PART_LENGTH = 4  # 59 random bits in all


@dataclass(frozen=True)
class Login:
    """One line of accounts.txt."""

    role: str
    email: str
    password: str

    def __str__(self) -> str:
        return f"{self.role:<12}{self.email:<28}{self.password}"


def set_up() -> list[Login]:
    """Do whatever is not done yet and say so; returns the logins that work.

    Raises:
        DemoError: the database or the content stands in the way.
    """
    _check_database()
    step("Bringing the tables up to date…")
    call_command("migrate", verbosity=0, interactive=False)
    _keep_signing_key(Path(settings.ISSUER_KEY_FILE))
    logins = _keep_accounts(settings.DEMO_DIR / "accounts.txt")
    _keep_tracks(User.objects.get(email=_address(INSTRUCTOR)))
    if count := requeue_stale(timedelta(0)):  # no worker runs yet: all are stale
        step(f"Tasks that were cut short and run again: {count}")
    _say_old_addresses(settings.DEMO_DIR / "addresses.txt")
    connection.close()
    return logins


def summary(logins: list[Login]) -> Iterator[str]:
    """The lines a person needs: where the site, the mails and the ways in are."""
    yield f"Gradus is at {settings.SITE_ORIGIN}"
    yield f"Mails land in {shown(settings.DEMO_DIR / 'mails')}"
    yield from map(str, logins)


def _check_database() -> None:
    """Connect once without the pool, which would try for a while and say no reason."""
    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise DemoError(
            f"The database doesn't answer ({reason}): start it, or mend DATABASE_URL."
        ) from error


def _keep_signing_key(path: Path) -> None:
    """The key that certificates are signed with: made once, and published."""
    if not path.exists():
        step("Making the key that signs certificates…")
        make_private_key(path)
    try:
        publish(private_key(), timezone.now())
        signing_key()
    except SigningKeyError as error:
        raise DemoError(str(error)) from error


# People


def _address(role: str) -> str:
    return f"{role}@example.org"


def _keep_accounts(path: Path) -> list[Login]:
    """Make the accounts of the file, and the file first, so that what it says is true.

    A password or an address that was changed in the demo is set back.
    """
    if path.exists():
        step("Keeping the three accounts…")
    else:
        step("Making three accounts…")
        (settings.DEMO_DIR / "mails").mkdir(exist_ok=True)
        logins = [Login(role, _address(role), _password()) for role in ROLES]
        write_private(path, "".join(f"{login}\n" for login in logins))
    logins = _read_logins(path)
    for login in logins:
        _keep_account(login)
    return logins


def _read_logins(path: Path) -> list[Login]:
    lines = [line.split() for line in path.read_text(errors="replace").splitlines()]
    if [line[0] for line in lines if len(line) == 3] != list(ROLES):
        raise DemoError(
            f"{shown(path)} is damaged: remove it, and new passwords are made."
        )
    return [Login(*line) for line in lines]


def _password() -> str:
    parts = (
        "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(PASSWORD_PART_LENGTH))
        for _ in range(PASSWORD_PARTS)
    )
    return "-".join(parts)


@transaction.atomic
def _keep_account(login: Login) -> None:
    user = User.objects.filter(email=login.email).first()
    if user is None:
        user = User.objects.create_user(
            login.email,
            login.password,
            name=f"Demo {login.role.capitalize()}",
            is_staff=login.role in {INSTRUCTOR, ADMIN},
        )
        user.groups.set(Group.objects.filter(name=login.role))
    elif not user.check_password(login.password):
        user.set_password(login.password)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=login.email, defaults={"primary": True, "verified": True}
    )


# Tracks


def _keep_tracks(instructor: User) -> None:
    """Import what is missing of content/, so that what was edited in the demo stays."""
    folders = sorted(path.parent for path in CONTENT.glob("*/track.md"))
    sources = {folder: read_track_folder(folder) for folder in folders}
    slugs = [source.slug for source in sources.values()]
    known = set(Track.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    for folder, source in sources.items():
        if source.slug in known:
            step(f"Keeping {source.title} as it is…")
        else:
            step(f"Importing {source.title}: {_size(source)}…")
            import_track_folder(folder, publish=True)
    TrackInstructor.objects.bulk_create(
        [
            TrackInstructor(track=track, user=instructor)
            for track in Track.objects.filter(slug__in=slugs)
        ],
        ignore_conflicts=True,
    )


def _size(source: TrackSource) -> str:
    questions = sum(len(lesson.questions) for lesson in source.lessons)
    return f"{len(source.lessons)} lessons, {questions} questions"


# Addresses


def _say_old_addresses(path: Path) -> None:
    """Certificates carry the address they were issued at for ever: warn after a move."""
    known = path.read_text().split() if path.exists() else []
    if settings.SITE_ORIGIN not in known:
        write_private(path, "\n".join([*known, settings.SITE_ORIGIN]) + "\n")
    if old := [origin for origin in known if origin != settings.SITE_ORIGIN]:
        step(
            f"Certificates issued earlier carry the old address {' or '.join(old)} "
            "and can be checked while the demo runs there."
        )
