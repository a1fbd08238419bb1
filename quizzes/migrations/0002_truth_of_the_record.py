"""What Django cannot say: composite keys, the append-only log, the score's aggregate.

An answer refers to (question, revision), and every change of prompt, kind,
tolerance, choices or key raises the revision: so an answer graded by an older key
cannot be stored, and a question with answers cannot change.
"""

from django.db import migrations

KEYS = """
ALTER TABLE quizzes_answer ADD CONSTRAINT answer_graded_under_current_revision
    FOREIGN KEY (question_id, question_revision)
    REFERENCES quizzes_question (id, revision);
ALTER TABLE quizzes_answerchoice
    ADD CONSTRAINT picked_for_the_answers_question
    FOREIGN KEY (answer_id, question_id) REFERENCES quizzes_answer (id, question_id),
    ADD CONSTRAINT picked_choice_of_the_question
    FOREIGN KEY (question_id, choice_id) REFERENCES quizzes_choice (question_id, id);
ALTER TABLE quizzes_question ADD CONSTRAINT question_replaces_one_of_its_lineage
    FOREIGN KEY (replaces_id, lineage) REFERENCES quizzes_question (id, lineage);
"""

DROP_KEYS = """
ALTER TABLE quizzes_question DROP CONSTRAINT question_replaces_one_of_its_lineage;
ALTER TABLE quizzes_answerchoice
    DROP CONSTRAINT picked_choice_of_the_question,
    DROP CONSTRAINT picked_for_the_answers_question;
ALTER TABLE quizzes_answer DROP CONSTRAINT answer_graded_under_current_revision;
"""

TRIGGERS = """
CREATE FUNCTION quizzes_question_revise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (NEW.kind, NEW.prompt, NEW.tolerance)
       IS DISTINCT FROM (OLD.kind, OLD.prompt, OLD.tolerance) THEN
        NEW.revision := OLD.revision + 1;
    ELSE
        NEW.revision := greatest(NEW.revision, OLD.revision);  -- no stale save() lowers it
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quizzes_question_revise BEFORE UPDATE ON quizzes_question
    FOR EACH ROW EXECUTE FUNCTION quizzes_question_revise();

CREATE FUNCTION quizzes_choice_revise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (OLD.question_id, OLD.text, OLD.is_right)
       IS DISTINCT FROM (NEW.question_id, NEW.text, NEW.is_right) THEN
        UPDATE quizzes_question SET revision = revision + 1
        WHERE id IN (OLD.question_id, NEW.question_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quizzes_choice_revise AFTER INSERT OR UPDATE OR DELETE ON quizzes_choice
    FOR EACH ROW EXECUTE FUNCTION quizzes_choice_revise();

CREATE FUNCTION quizzes_keep_answers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'answers are kept' USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'answers_are_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER quizzes_keep_answers BEFORE UPDATE OR DELETE ON quizzes_answer
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_answers();
CREATE TRIGGER quizzes_keep_answers BEFORE UPDATE OR DELETE ON quizzes_answerchoice
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_answers();
CREATE TRIGGER quizzes_keep_written BEFORE UPDATE ON quizzes_writtenanswer
    FOR EACH ROW EXECUTE FUNCTION quizzes_keep_answers();

CREATE FUNCTION quizzes_claim_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.learner_id IS NOT NULL AND NEW.learner_id IS DISTINCT FROM OLD.learner_id THEN
        RAISE EXCEPTION 'a respondent is claimed once'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'respondent_is_claimed_once', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quizzes_claim_once BEFORE UPDATE ON quizzes_respondent
    FOR EACH ROW EXECUTE FUNCTION quizzes_claim_once();

CREATE FUNCTION quizzes_count_questions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.lesson_id, OLD.position IS NULL)
           IS NOT DISTINCT FROM (NEW.lesson_id, NEW.position IS NULL) THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE courses_lesson l SET question_count = (
        SELECT count(*) FROM quizzes_question q
        WHERE q.lesson_id = l.id AND q.position IS NOT NULL)
    WHERE l.id IN (OLD.lesson_id, NEW.lesson_id);
    RETURN NULL;
END $$;
CREATE TRIGGER quizzes_count_questions AFTER INSERT OR UPDATE OR DELETE
    ON quizzes_question FOR EACH ROW EXECUTE FUNCTION quizzes_count_questions();
"""

DROP_TRIGGERS = """
DROP TRIGGER quizzes_count_questions ON quizzes_question;
DROP FUNCTION quizzes_count_questions;
DROP TRIGGER quizzes_claim_once ON quizzes_respondent;
DROP FUNCTION quizzes_claim_once;
DROP TRIGGER quizzes_keep_written ON quizzes_writtenanswer;
DROP TRIGGER quizzes_keep_answers ON quizzes_answerchoice;
DROP TRIGGER quizzes_keep_answers ON quizzes_answer;
DROP FUNCTION quizzes_keep_answers;
DROP TRIGGER quizzes_choice_revise ON quizzes_choice;
DROP FUNCTION quizzes_choice_revise;
DROP TRIGGER quizzes_question_revise ON quizzes_question;
DROP FUNCTION quizzes_question_revise;
"""

AGGREGATE = """
CREATE TYPE quizzes_counted_answer AS (
    answer_id bigint, credit numeric, answered_at timestamptz);
CREATE FUNCTION quizzes_count_answer(
    counted quizzes_counted_answer, answer_id bigint, credit numeric,
    answered_at timestamptz, pause interval)
RETURNS quizzes_counted_answer LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
    IF counted.answered_at IS NULL OR answered_at - counted.answered_at >= pause THEN
        counted := (answer_id, credit, answered_at);
    END IF;
    RETURN counted;
END $$;
CREATE AGGREGATE quizzes_counted(bigint, numeric, timestamptz, interval) (
    SFUNC = quizzes_count_answer, STYPE = quizzes_counted_answer);
"""

DROP_AGGREGATE = """
DROP AGGREGATE quizzes_counted(bigint, numeric, timestamptz, interval);
DROP FUNCTION quizzes_count_answer;
DROP TYPE quizzes_counted_answer;
"""


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]
    operations = [
        migrations.RunSQL(KEYS, DROP_KEYS),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        migrations.RunSQL(AGGREGATE, DROP_AGGREGATE),
    ]
