"""The texts of tracks and lessons, kept from one change to the next, for good."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEEP = """
CREATE FUNCTION exchange_keep_versions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT FROM courses_track WHERE id = OLD.track_id) THEN
        RETURN OLD;  -- it goes with its track
    END IF;
    RAISE EXCEPTION 'versions are kept'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'versions_are_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER exchange_keep_versions BEFORE UPDATE OR DELETE ON exchange_version
    FOR EACH ROW EXECUTE FUNCTION exchange_keep_versions();
"""

DROP = """
DROP TRIGGER exchange_keep_versions ON exchange_version;
DROP FUNCTION exchange_keep_versions;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("courses", "0002_search_vector"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("slug", models.SlugField(max_length=80)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("questions", models.JSONField(default=dict)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("found", "As it was before"),
                            ("saved", "Saved"),
                            ("imported", "Imported"),
                            ("restored", "Restored"),
                        ],
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="version",
                        to="admin.logentry",
                    ),
                ),
                (
                    "lesson",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="versions",
                        to="courses.lesson",
                    ),
                ),
                (
                    "restores",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="exchange.version",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DB_CASCADE,
                        related_name="versions",
                        to="courses.track",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "indexes": [
                    models.Index(fields=["lesson", "-id"], name="versions_of_lesson"),
                    models.Index(
                        fields=["track", "lesson", "-id"], name="versions_of_track"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
