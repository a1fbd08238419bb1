"""What a key signed and when it ended stand in line: after its end it signs nothing.

The key's row is locked as its end would be written, but shared, so that claims do not
wait for each other. Who revokes a key finds all that it signed.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION certificates_active_keys_sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM certificates_issuerkey
        WHERE id = NEW.key_id AND retired_at IS NULL AND revoked_at IS NULL
        FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a key that ended signs nothing'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'active_keys_sign', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_active_keys_sign BEFORE INSERT
    ON certificates_certificatedocument
    FOR EACH ROW WHEN (NEW.key_id IS NOT NULL)
    EXECUTE FUNCTION certificates_active_keys_sign();
"""

UNDO = """
DROP TRIGGER certificates_active_keys_sign ON certificates_certificatedocument;
DROP FUNCTION certificates_active_keys_sign;
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0009_report_exports")]
    operations = [migrations.RunSQL(SQL, UNDO)]
