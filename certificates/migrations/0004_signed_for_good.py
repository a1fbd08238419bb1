"""A place in a status list never changes; of a key only its end is written, once."""

from django.db import migrations

SQL = """
CREATE TRIGGER certificates_keep BEFORE UPDATE OR DELETE ON certificates_statusentry
    FOR EACH ROW EXECUTE FUNCTION certificates_keep();

CREATE FUNCTION certificates_keep_keys() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.id, NEW.name, NEW.multibase, NEW.created_at)
            IS DISTINCT FROM (OLD.id, OLD.name, OLD.multibase, OLD.created_at)
        OR (OLD.retired_at IS NOT NULL
            AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
        OR (OLD.revoked_at IS NOT NULL
            AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
    THEN
        RAISE EXCEPTION 'keys are kept'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'keys_are_kept', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_keep_keys BEFORE UPDATE OR DELETE
    ON certificates_issuerkey
    FOR EACH ROW EXECUTE FUNCTION certificates_keep_keys();
"""

UNDO = """
DROP TRIGGER certificates_keep_keys ON certificates_issuerkey;
DROP FUNCTION certificates_keep_keys;
DROP TRIGGER certificates_keep ON certificates_statusentry;
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0003_signed_documents")]
    operations = [migrations.RunSQL(SQL, UNDO)]
