"""Who teaches a track, and what the audit log says when that changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from accounts.audit import Deed, record
from accounts.models import User
from courses.models import Track, TrackInstructor


@transaction.atomic
def let_teach(track: Track, teacher: User) -> None:
    """Who makes a track teaches it."""
    _found, is_new = TrackInstructor.objects.get_or_create(track=track, user=teacher)
    if is_new:
        _record(Deed.ASSIGNED, track, teacher.pk, teacher)


@transaction.atomic
def stop_teaching(teacher: User) -> None:
    """Of one who erases their account: they teach nothing any more."""
    taught = TrackInstructor.objects.filter(user=teacher).select_related("track")
    for place in taught:
        _record(Deed.UNASSIGNED, place.track, teacher.pk, teacher)
    taught.delete()


def record_instructors(track: Track, formset: Any, actor: User) -> None:
    """What an admin saved among those who teach the track; an altered row is two deeds.

    formset: of TrackInstructor, saved.
    """
    came, went = _came_and_went(formset)
    for teacher_id in went:
        _record(Deed.UNASSIGNED, track, teacher_id, actor)
    for teacher_id in came:
        _record(Deed.ASSIGNED, track, teacher_id, actor)


def _came_and_went(formset: Any) -> tuple[Sequence[int], Sequence[int]]:
    came = [place.user_id for place in formset.new_objects]
    went = [place.user_id for place in formset.deleted_objects]
    changed = {place.pk for place, _fields in formset.changed_objects}
    for form in _of(changed, formset.initial_forms):
        came.append(form.instance.user_id)
        went.append(form.initial["user"])
    return came, went


def _of(keys: set[int], forms: Iterable[Any]) -> Iterable[Any]:
    return (form for form in forms if form.instance.pk in keys)


def _record(deed: Deed, track: Track, teacher_id: int, actor: User) -> None:
    record(
        deed,
        actor=actor,
        about=teacher_id,
        target=f"track:{track.pk}",
        details={"track": track.title},
    )
