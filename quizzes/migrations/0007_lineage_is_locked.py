"""Whose version a question is cannot change either, once it has answers.

It says for which question of the lesson they count. As with the key, the change raises
the revision, and the answers' composite key to that refuses it.
"""

from django.db import migrations

REVISE = """
CREATE OR REPLACE FUNCTION quizzes_question_revise() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
    IF ({new}) IS DISTINCT FROM ({old}) THEN
        NEW.revision := OLD.revision + 1;
    ELSE
        NEW.revision := greatest(NEW.revision, OLD.revision);  -- no stale save() lowers it
    END IF;
    RETURN NEW;
END $$;
"""


def revise(*columns: str) -> str:
    new, old = (", ".join(f"{row}.{c}" for c in columns) for row in ("NEW", "OLD"))
    return REVISE.format(new=new, old=old)


KEY = ["kind", "prompt", "tolerance"]


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0006_track_analysis")]
    operations = [
        migrations.RunSQL(revise(*KEY, "lineage", "replaces_id"), revise(*KEY))
    ]
