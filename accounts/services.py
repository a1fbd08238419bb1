"""What changes in a person's account."""

from accounts.models import User


def change_name(person: User, name: str) -> None:
    """Take this name, which has passed accounts.names; certificates keep theirs."""
    person.name = name
    person.save(update_fields=["name"])
