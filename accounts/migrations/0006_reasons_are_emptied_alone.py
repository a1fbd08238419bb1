"""A reason in the audit log may be emptied, as an erased account asks, and no more."""

from django.db import migrations

KEEP = """
CREATE FUNCTION accounts_keep_reasons() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' AND NEW.event_id = OLD.event_id AND NEW.text = '' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a reason in the audit log is emptied, and nothing else'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'audit_log_is_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER accounts_keep_reasons BEFORE UPDATE OR DELETE ON accounts_auditreason
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_reasons();
"""

DROP = """
DROP TRIGGER accounts_keep_reasons ON accounts_auditreason;
DROP FUNCTION accounts_keep_reasons;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_of_all_deeds")]
    operations = [migrations.RunSQL(KEEP, DROP)]
