"""What every track and lesson says today, so that its first change loses nothing."""

from hashlib import sha256

from django.db import migrations
from django.utils import timezone

from exchange.question_block import write_question
from exchange.track_files import lesson_text, track_text
from exchange.track_source import (
    ChoiceSource,
    LessonSource,
    QuestionSource,
    TrackSource,
)

_WRITTEN = {"text", "number"}  # all their choices are right


def keep_what_is_there(apps, schema_editor):
    Track = apps.get_model("courses", "Track")
    Version = apps.get_model("exchange", "Version")
    now = timezone.now()
    for track in Track.objects.order_by("pk").iterator(chunk_size=100):
        source = TrackSource(
            slug=track.slug,
            title=track.title,
            summary=track.summary,
            license=track.license,
            attribution=track.attribution,
            language=track.language,
            description=track.description,
        )
        versions = [_version(Version, track, None, track, track_text(source), {})]
        for lesson in track.lessons.order_by("position").defer("search", "body_html"):
            said = _lesson_source(lesson)
            blocks = {each.id: _digest(write_question(each)) for each in said.questions}
            text = lesson_text(said)
            versions.append(_version(Version, track, lesson, lesson, text, blocks))
        for version in versions:
            version.made_at = now
        Version.objects.bulk_create(versions)


def _version(model, track, lesson, row, text, blocks):
    return model(
        track=track,
        lesson=lesson,
        slug=row.slug,
        title=row.title,
        text=text,
        digest=_digest(text),
        questions=blocks,
        what="found",
    )


def _digest(text):
    return sha256(text.encode()).hexdigest()


def _lesson_source(lesson):
    questions = lesson.questions.filter(position__isnull=False).order_by("position")
    return LessonSource(
        slug=lesson.slug,
        title=lesson.title,
        summary=lesson.summary,
        body=lesson.markdown,
        license=lesson.license,
        attribution=lesson.attribution,
        language=lesson.language,
        questions=tuple(map(_question_source, questions)),
    )


def _question_source(question):
    return QuestionSource(
        id=question.handle,
        kind=question.kind,
        prompt=question.prompt,
        tolerance=question.tolerance,
        other_feedback=question.other_feedback,
        explanation=question.explanation,
        choices=tuple(
            ChoiceSource(
                choice.text,
                choice.is_right or question.kind in _WRITTEN,
                choice.feedback,
            )
            for choice in question.choices.order_by("position")
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_versions"),
        ("quizzes", "0002_truth_of_the_record"),
    ]
    operations = [
        migrations.RunPython(keep_what_is_there, migrations.RunPython.noop),
    ]
