"""The groups, and what each may do in the admin."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.models import ADMIN, INSTRUCTOR, REPORT_READER

WRITES_TRACKS = Q(
    content_type__app_label="courses",
    content_type__model__in=["track", "lesson", "picture"],
) | Q(content_type__app_label="quizzes", content_type__model__in=["question", "choice"])
CHOOSES_GROUPS = Q(codename="view_learnergroup")
REPLIES = Q(codename__in=["view_objection", "change_objection"])
SEES = Q(codename__startswith="view_") & Q(
    content_type__app_label__in=["accounts", "courses", "quizzes", "certificates"]
)
KEEPS_PEOPLE = Q(codename="change_user") | Q(
    content_type__app_label="courses",
    content_type__model__in=["trackinstructor", "learnergroup", "groupmember"],
)
EXPORTS = Q(codename="export_certificates")
LABELS = ["accounts", "courses", "quizzes", "certificates"]


def keep_groups(using: str, **kwargs: Any) -> None:
    """Make the groups and set their permissions; runs after each migrate.

    post_migrate runs app by app, accounts first, so the permissions of the rooms
    above are not there yet and are made here.
    """
    for label in LABELS:
        create_permissions(apps.get_app_config(label), using=using, verbosity=0)
    permissions = Permission.objects.using(using)
    for name, allowed in {
        INSTRUCTOR: WRITES_TRACKS | CHOOSES_GROUPS | REPLIES,
        REPORT_READER: EXPORTS,
        ADMIN: WRITES_TRACKS | REPLIES | SEES | KEEPS_PEOPLE | EXPORTS,
    }.items():
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(permissions.filter(allowed))
