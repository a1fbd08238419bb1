"""Answers and regrades are kept: their tables are not emptied in one go, either.

Whatever answers hang on is emptied together with them alone, by CASCADE, and so stays too.
But `flush` names all tables in one statement, and who empties the whole site is let
through, as who drops it is.
"""

from django.db import migrations

ANSWERS = ["quizzes_answer", "quizzes_answerchoice", "quizzes_writtenanswer"]
REGRADES = ["quizzes_regrade", "quizzes_regrademap", "quizzes_regradedanswer"]


def keep(tables: list[str], function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER quizzes_keep_all BEFORE TRUNCATE ON {table}"
            """ WHEN (current_query() NOT LIKE '%"accounts_user"%')"""
            f" EXECUTE FUNCTION {function}()"
            for table in tables
        ],
        [f"DROP TRIGGER quizzes_keep_all ON {table}" for table in tables],
    )


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0009_picks_of_choice")]
    operations = [
        keep(ANSWERS, "quizzes_keep_answers"),
        keep(REGRADES, "quizzes_keep_regrades"),
    ]
