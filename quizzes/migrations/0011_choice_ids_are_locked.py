"""Which choice is which cannot change either, once the question has answers.

Answers and maps of regrades name choices by their id. One that nobody picked could get
another, and what somebody has before them would offer a choice that is gone.
"""

from django.db import migrations

REVISE = """
CREATE OR REPLACE FUNCTION quizzes_choice_revise() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
    IF ({old}) IS DISTINCT FROM ({new}) THEN
        UPDATE quizzes_question SET revision = revision + 1
        WHERE id IN (OLD.question_id, NEW.question_id);
    END IF;
    RETURN NULL;
END $$;
"""


def revise(*columns: str) -> str:
    old, new = (", ".join(f"{row}.{c}" for c in columns) for row in ("OLD", "NEW"))
    return REVISE.format(old=old, new=new)


KEY = ["question_id", "text", "is_right"]


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0010_record_is_not_emptied")]
    operations = [migrations.RunSQL(revise(*KEY, "id"), revise(*KEY))]
