"""What Django cannot say of regrades: composite keys, and that they are kept.

A regrade by a map refers to (target, revision), as an answer does to its question: so
the key it was graded by cannot change. Its rows stay; taking back is set once.
"""

from django.db import migrations

KEYS = """
ALTER TABLE quizzes_regrade
    ADD CONSTRAINT regrade_from_a_version_of_its_lineage
    FOREIGN KEY (source_id, lineage) REFERENCES quizzes_question (id, lineage),
    ADD CONSTRAINT regrade_to_a_version_of_its_lineage
    FOREIGN KEY (target_id, lineage) REFERENCES quizzes_question (id, lineage),
    ADD CONSTRAINT earlier_answers_graded_under_this_revision
    FOREIGN KEY (target_id, target_revision) REFERENCES quizzes_question (id, revision);
ALTER TABLE quizzes_regrademap
    ADD CONSTRAINT mapped_between_the_regrades_versions
    FOREIGN KEY (regrade_id, source_id, target_id)
    REFERENCES quizzes_regrade (id, source_id, target_id),
    ADD CONSTRAINT mapped_choice_of_the_source
    FOREIGN KEY (source_id, old_choice_id) REFERENCES quizzes_choice (question_id, id),
    ADD CONSTRAINT mapped_to_a_choice_of_the_target
    FOREIGN KEY (target_id, new_choice_id) REFERENCES quizzes_choice (question_id, id);
ALTER TABLE quizzes_regradedanswer
    ADD CONSTRAINT regraded_in_the_lineage_of_its_regrade
    FOREIGN KEY (regrade_id, lineage) REFERENCES quizzes_regrade (id, lineage),
    ADD CONSTRAINT regraded_version_of_the_lineage
    FOREIGN KEY (question_id, lineage) REFERENCES quizzes_question (id, lineage),
    ADD CONSTRAINT regraded_answer_to_the_version
    FOREIGN KEY (answer_id, question_id) REFERENCES quizzes_answer (id, question_id);
"""

DROP_KEYS = """
ALTER TABLE quizzes_regradedanswer
    DROP CONSTRAINT regraded_answer_to_the_version,
    DROP CONSTRAINT regraded_version_of_the_lineage,
    DROP CONSTRAINT regraded_in_the_lineage_of_its_regrade;
ALTER TABLE quizzes_regrademap
    DROP CONSTRAINT mapped_to_a_choice_of_the_target,
    DROP CONSTRAINT mapped_choice_of_the_source,
    DROP CONSTRAINT mapped_between_the_regrades_versions;
ALTER TABLE quizzes_regrade
    DROP CONSTRAINT earlier_answers_graded_under_this_revision,
    DROP CONSTRAINT regrade_to_a_version_of_its_lineage,
    DROP CONSTRAINT regrade_from_a_version_of_its_lineage;
"""

TRIGGERS = """
CREATE FUNCTION quizzes_keep_regrades() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'quizzes_regrade' THEN
        IF OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL
           AND to_jsonb(NEW) - 'taken_back_at' - 'taken_back_by_id'
             = to_jsonb(OLD) - 'taken_back_at' - 'taken_back_by_id' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'regrades are kept'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'regrades_are_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER quizzes_keep_regrades BEFORE UPDATE OR DELETE ON quizzes_regrade
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_regrades();
CREATE TRIGGER quizzes_keep_regrades BEFORE UPDATE OR DELETE ON quizzes_regrademap
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_regrades();
CREATE TRIGGER quizzes_keep_regrades BEFORE UPDATE OR DELETE ON quizzes_regradedanswer
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_regrades();
"""

DROP_TRIGGERS = """
DROP TRIGGER quizzes_keep_regrades ON quizzes_regradedanswer;
DROP TRIGGER quizzes_keep_regrades ON quizzes_regrademap;
DROP TRIGGER quizzes_keep_regrades ON quizzes_regrade;
DROP FUNCTION quizzes_keep_regrades;
"""


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_regrades")]
    operations = [
        migrations.RunSQL(KEYS, DROP_KEYS),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
