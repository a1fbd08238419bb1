"""The audit log only grows: it is not emptied in one go, either."""

from django.db import migrations

KEEP = """
CREATE TRIGGER accounts_keep_all_of_audit BEFORE TRUNCATE ON accounts_auditevent
    EXECUTE FUNCTION accounts_keep_audit();
CREATE TRIGGER accounts_keep_all_reasons BEFORE TRUNCATE ON accounts_auditreason
    EXECUTE FUNCTION accounts_keep_reasons();
"""

DROP = """
DROP TRIGGER accounts_keep_all_reasons ON accounts_auditreason;
DROP TRIGGER accounts_keep_all_of_audit ON accounts_auditevent;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_names_of_200")]
    operations = [migrations.RunSQL(KEEP, DROP)]
