"""The audit log only grows: no event is changed or deleted, by anybody."""

from django.db import migrations

KEEP = """
CREATE FUNCTION accounts_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the audit log is kept'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'audit_log_is_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER accounts_keep_audit BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_audit();
"""

DROP = """
DROP TRIGGER accounts_keep_audit ON accounts_auditevent;
DROP FUNCTION accounts_keep_audit;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_table")]
    operations = [migrations.RunSQL(KEEP, DROP)]
