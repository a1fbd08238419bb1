"""What holds the house together: arrows between rooms, rules in the database."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from gradus.management.commands.build_css import built_css

ROOMS = ["accounts", "courses", "quizzes", "certificates", "exchange", "gradus"]

# What Django cannot say and the migrations add by SQL.
CONSTRAINTS = {
    "quizzes_answer": {"answer_graded_under_current_revision"},
    "quizzes_answerchoice": {
        "picked_choice_of_the_question",
        "picked_for_the_answers_question",
    },
    "quizzes_question": {"question_replaces_one_of_its_lineage"},
    "quizzes_regrade": {
        "regrade_from_a_version_of_its_lineage",
        "regrade_to_a_version_of_its_lineage",
        "earlier_answers_graded_under_this_revision",
    },
    "quizzes_regrademap": {
        "mapped_between_the_regrades_versions",
        "mapped_choice_of_the_source",
        "mapped_to_a_choice_of_the_target",
    },
    "quizzes_regradedanswer": {
        "regraded_in_the_lineage_of_its_regrade",
        "regraded_version_of_the_lineage",
        "regraded_answer_to_the_version",
    },
    "certificates_certificate": {
        "certificate_supersedes_one_of_its_enrollment",
        "name_corrected_three_times_at_most",
    },
}
TRIGGERS = {
    ("accounts_auditevent", "accounts_keep_audit"),
    ("accounts_auditevent", "accounts_keep_all_of_audit"),
    ("accounts_auditreason", "accounts_keep_reasons"),
    ("accounts_auditreason", "accounts_keep_all_reasons"),
    ("courses_lesson", "courses_lesson_search"),
    ("courses_track", "courses_track_search"),
    ("exchange_version", "exchange_keep_versions"),
    ("quizzes_question", "quizzes_question_revise"),
    ("quizzes_question", "quizzes_count_questions"),
    ("quizzes_choice", "quizzes_choice_revise"),
    ("quizzes_answer", "quizzes_keep_answers"),
    ("quizzes_answerchoice", "quizzes_keep_answers"),
    ("quizzes_writtenanswer", "quizzes_keep_written"),
    ("quizzes_respondent", "quizzes_claim_once"),
    ("quizzes_regrade", "quizzes_keep_regrades"),
    ("quizzes_regrademap", "quizzes_keep_regrades"),
    ("quizzes_regradedanswer", "quizzes_keep_regrades"),
    ("quizzes_answer", "quizzes_keep_all"),
    ("quizzes_answerchoice", "quizzes_keep_all"),
    ("quizzes_writtenanswer", "quizzes_keep_all"),
    ("quizzes_regrade", "quizzes_keep_all"),
    ("quizzes_regrademap", "quizzes_keep_all"),
    ("quizzes_regradedanswer", "quizzes_keep_all"),
    ("certificates_certificate", "certificates_cause"),
    ("certificates_certificate", "certificates_keep"),
    ("certificates_certificate", "certificates_keep_all"),
    ("certificates_certificate", "certificates_fill_in_track"),
    ("certificates_certificateevent", "certificates_fill_in_issue"),
    ("certificates_certificateevent", "certificates_keep"),
    ("certificates_certificateevent", "certificates_keep_all"),
    ("certificates_certificatedocument", "certificates_keep"),
    ("certificates_certificatedocument", "certificates_keep_all"),
    ("certificates_certificatedocument", "certificates_keep_document"),
    ("certificates_statusentry", "certificates_keep"),
    ("certificates_statusentry", "certificates_keep_all"),
    ("certificates_emblem", "certificates_keep"),
    ("certificates_issuerkey", "certificates_keep_keys"),
    ("certificates_certificatedocument", "certificates_active_keys_sign"),
    ("certificates_certificatedocument", "certificates_withdrawn_is_final"),
    ("certificates_certificateevent", "certificates_withdrawn_is_final"),
}


def test_foreign_keys_point_down_too():
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in ROOMS:
            continue
        for field in model._meta.get_fields():
            if not field.many_to_one and not (field.one_to_one and field.concrete):
                continue
            assert field.related_model
            target = field.related_model._meta.app_label
            if target in ROOMS:
                assert ROOMS.index(target) <= ROOMS.index(room), f"{model}: {field}"


def test_the_constraints_that_sql_adds_are_all_there(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint")
        found = set(cursor.fetchall())
    wanted = {(table, name) for table, names in CONSTRAINTS.items() for name in names}

    assert wanted <= found


def test_the_triggers_are_these(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = set(cursor.fetchall())

    assert {(t, n) for t, n in found if t.split("_")[0] in ROOMS} == TRIGGERS


def test_the_stylesheet_is_built_from_its_sources():
    folder = Path(settings.BASE_DIR) / "static" / "css"

    assert (folder / "gradus.css").read_text() == built_css(folder)
