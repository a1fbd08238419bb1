"""Certificates never change: no update, no delete, one line of succession.

A document, which holds the name, may be deleted only once its holder withdrew; from
then on nothing more is written about that certificate.
"""

from django.db import migrations

SQL = """
ALTER TABLE certificates_certificate
    ADD CONSTRAINT certificate_supersedes_one_of_its_enrollment
    FOREIGN KEY (supersedes_id, enrollment_id)
    REFERENCES certificates_certificate (id, enrollment_id);

CREATE FUNCTION certificates_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'certificates are kept'
        USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'certificates_are_kept', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER certificates_keep BEFORE UPDATE OR DELETE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION certificates_keep();
CREATE TRIGGER certificates_keep BEFORE UPDATE OR DELETE
    ON certificates_certificateevent
    FOR EACH ROW EXECUTE FUNCTION certificates_keep();
CREATE TRIGGER certificates_keep BEFORE UPDATE ON certificates_certificatedocument
    FOR EACH ROW EXECUTE FUNCTION certificates_keep();

CREATE FUNCTION certificates_keep_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM certificates_certificateevent
        WHERE certificate_id = OLD.certificate_id AND kind = 'withdrawn'
    ) THEN
        RAISE EXCEPTION 'documents are kept until withdrawn'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'documents_are_kept_until_withdrawn', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER certificates_keep_document BEFORE DELETE
    ON certificates_certificatedocument
    FOR EACH ROW EXECUTE FUNCTION certificates_keep_document();

CREATE FUNCTION certificates_withdrawn_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM certificates_certificateevent
        WHERE certificate_id = NEW.certificate_id AND kind = 'withdrawn'
    ) THEN
        RAISE EXCEPTION 'a withdrawn certificate stays as it is'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'withdrawn_is_final', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_withdrawn_is_final BEFORE INSERT
    ON certificates_certificateevent
    FOR EACH ROW EXECUTE FUNCTION certificates_withdrawn_is_final();
CREATE TRIGGER certificates_withdrawn_is_final BEFORE INSERT
    ON certificates_certificatedocument
    FOR EACH ROW EXECUTE FUNCTION certificates_withdrawn_is_final();
"""

UNDO = """
DROP TRIGGER certificates_withdrawn_is_final ON certificates_certificatedocument;
DROP TRIGGER certificates_withdrawn_is_final ON certificates_certificateevent;
DROP FUNCTION certificates_withdrawn_is_final;
DROP TRIGGER certificates_keep_document ON certificates_certificatedocument;
DROP FUNCTION certificates_keep_document;
DROP TRIGGER certificates_keep ON certificates_certificatedocument;
DROP TRIGGER certificates_keep ON certificates_certificateevent;
DROP TRIGGER certificates_keep ON certificates_certificate;
DROP FUNCTION certificates_keep;
ALTER TABLE certificates_certificate
    DROP CONSTRAINT certificate_supersedes_one_of_its_enrollment;
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
