"""Why a certificate took another's place, and which correction of the name it is.

Those that are there keep what they meant: one that took the place of a revoked one was
issued anew, any other had its name corrected. Whoever had corrected it more often than
is allowed now keeps all of them: that constraint looks at new rows alone.
"""

from django.db import migrations, models

TELL = """
ALTER TABLE certificates_certificate DISABLE TRIGGER certificates_keep;

UPDATE certificates_certificate new
SET cause = CASE WHEN EXISTS (
        SELECT FROM certificates_certificateevent
        WHERE certificate_id = new.supersedes_id AND kind = 'revoked'
    ) THEN 'reissued' ELSE 'corrected' END
WHERE supersedes_id IS NOT NULL;

UPDATE certificates_certificate new SET correction = numbered.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY enrollment_id ORDER BY id) AS number
    FROM certificates_certificate WHERE cause = 'corrected'
) numbered
WHERE numbered.id = new.id;

-- a row that was updated twice has its foreign keys checked at the end: not after ALTER
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE certificates_certificate ENABLE TRIGGER certificates_keep;
"""

CHECK = """
ALTER TABLE certificates_certificate
    ADD CONSTRAINT name_corrected_three_times_at_most CHECK (correction <= 3) NOT VALID;

CREATE FUNCTION certificates_cause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (NEW.cause = 'reissued') <> EXISTS (
        SELECT FROM certificates_certificateevent
        WHERE certificate_id = NEW.supersedes_id AND kind = 'revoked'
    ) THEN
        RAISE EXCEPTION 'a revoked certificate is issued anew, and no other'
            USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'revoked_is_issued_anew', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificates_cause BEFORE INSERT ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION certificates_cause();
"""

UNCHECK = """
DROP TRIGGER certificates_cause ON certificates_certificate;
DROP FUNCTION certificates_cause;
ALTER TABLE certificates_certificate DROP CONSTRAINT name_corrected_three_times_at_most;
"""

CAUSES = [
    ("corrected", "the name was corrected"),
    ("updated", "lessons or answers were added"),
    ("reissued", "issued anew after it was revoked"),
]


class Migration(migrations.Migration):
    dependencies = [("certificates", "0004_signed_for_good")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=CAUSES,
                db_default="",
                default="",
                max_length=10,
                verbose_name="why it superseded another",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="correction",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.RunSQL(TELL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(cause="", supersedes=None)
                | models.Q(
                    cause__in=["corrected", "updated", "reissued"],
                    supersedes__isnull=False,
                ),
                name="successor_has_its_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    cause="corrected", correction__isnull=False, correction__gte=1
                )
                | ~models.Q(cause="corrected") & models.Q(correction=None),
                name="corrections_are_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                fields=["enrollment", "correction"], name="correction_counted_once"
            ),
        ),
        migrations.RunSQL(CHECK, UNCHECK),
    ]
