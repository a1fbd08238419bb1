"""Grade every answer again and compare every score."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from quizzes.verification import verify_scores


class Command(BaseCommand):
    help = "Grades every answer again and names each learner whose record disagrees."

    def handle(self, **options: Any) -> None:
        found = verify_scores()
        if found.erased:
            self.stdout.write(f"{found.erased} typed answers are erased: passed over.")
        for user in User.objects.filter(pk__in=found.disagreeing).order_by("pk"):
            self.stderr.write(
                f"disagrees: {user.email or 'erased account'} ({user.pk})"
            )
        if found.unclaimed:
            self.stderr.write(f"{found.unclaimed} answers of visitors disagree.")
        if found.disagreeing or found.unclaimed:
            raise CommandError(f"{len(found.disagreeing)} learners disagree.")
        self.stdout.write(
            self.style.SUCCESS(
                f"{found.answers} answers of {len(found.learners)} learners agree."
            )
        )
