"""People: who they are, what they may do, and what was done to them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.names import LONGEST_NAME

INSTRUCTOR = "instructor"
ADMIN = "admin"
REPORT_READER = "report reader"  # an instructor who exports, of the own tracks


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def create_user(
        self, email: str, password: str | None = None, *, name: str, **extra: Any
    ) -> "User":
        """An active learner; the address is kept in lower case."""
        user = self.model(email=email.lower(), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **extra: Any
    ) -> "User":
        """An admin, made by an operator's command and written into the audit log."""
        from accounts.audit import Deed, record  # it needs the models

        with transaction.atomic():
            user = self.create_user(
                email, password, is_staff=True, is_superuser=True, **extra
            )
            record(
                Deed.MADE_ADMIN,
                actor=None,
                about=user,
                details={"command": "createsuperuser"},
            )
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account: always a learner, perhaps an instructor or an admin.

    An erased account keeps its row, emptied, because answers and certificates
    point at it.
    """

    email = models.EmailField(_("e-mail address"), unique=True, null=True)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    created_at = models.DateTimeField(_("joined"), default=timezone.now)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [  # for a search after a part of either, as icontains writes it
            GinIndex(
                OpClass(Upper("name"), "gin_trgm_ops"), name="person_name_letters"
            ),
            GinIndex(
                OpClass(Upper("email"), "gin_trgm_ops"), name="person_mail_letters"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=None) | Q(email=Lower("email")),
                name="email_is_lower_case",
            ),
            models.CheckConstraint(
                condition=(
                    Q(erased_at=None) & Q(email__isnull=False) & ~Q(name="")
                    | Q(erased_at__isnull=False) & Q(email=None) & Q(name="")
                ),
                name="erased_or_has_name_and_email",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Erased account"))

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def group_names(self) -> frozenset[str]:
        """The names of the groups, read once a request."""
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def is_admin(self) -> bool:
        """May see and change everything; staff without the group cannot."""
        return self.is_superuser or (self.is_staff and ADMIN in self.group_names)

    @property
    def is_instructor(self) -> bool:
        return self.is_staff and INSTRUCTOR in self.group_names


type Reader = User | AnonymousUser


class AuditEvent(models.Model):
    """One deed, never changed afterwards; written by accounts.audit.record.

    `details` holds what the columns do not; its shape is accounts.audit.Details.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(  # empty: a management command
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("who"),
        db_index=False,
    )
    person = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="audit_events",
        verbose_name=_("about whom"),
        db_index=False,
    )
    what = models.CharField(_("what"), max_length=40)
    target = models.CharField(
        _("of what"), max_length=100, blank=True, default="", db_default=""
    )
    details = models.JSONField(_("details"), default=dict, db_default={})

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_of_actor"),
            models.Index(fields=["person", "-id"], name="audit_of_person"),
            models.Index(fields=["what", "-id"], name="audit_of_deed"),
            models.Index(fields=["target"], name="audit_of_target"),
            models.Index(fields=["at"], name="audit_of_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actor__isnull=False) | Q(details__has_key="command"),
                name="done_by_somebody_or_a_command",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.at:%Y-%m-%d}"

    @property
    def reason(self) -> str | None:
        """Why; "" once it was emptied, None where none was given."""
        given = getattr(self, "given_reason", None)
        return None if given is None else given.text


class AuditReason(models.Model):
    """Why, as a person typed it; emptied with the account of somebody whom it names."""

    event = models.OneToOneField(
        AuditEvent, models.PROTECT, primary_key=True, related_name="given_reason"
    )
    text = models.TextField(_("reason"))

    def __str__(self) -> str:
        return self.text


class Throttle(models.Model):
    """How often one key acted in its current window; see accounts.throttle."""

    key = models.CharField(max_length=100, primary_key=True)
    window = models.BigIntegerField()  # whole windows since the epoch
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key
