"""The audit log only grows: it is not emptied in one go, either.

But together with the people: `flush` names all tables in one statement, and who empties
the whole site is let through, as who drops it is.
"""

from django.db import migrations

KEEP = """
CREATE TRIGGER accounts_keep_all_of_audit BEFORE TRUNCATE ON accounts_auditevent
    WHEN (current_query() NOT LIKE '%"accounts_user"%')
    EXECUTE FUNCTION accounts_keep_audit();
CREATE TRIGGER accounts_keep_all_reasons BEFORE TRUNCATE ON accounts_auditreason
    WHEN (current_query() NOT LIKE '%"accounts_user"%')
    EXECUTE FUNCTION accounts_keep_reasons();
"""

DROP = """
DROP TRIGGER accounts_keep_all_reasons ON accounts_auditreason;
DROP TRIGGER accounts_keep_all_of_audit ON accounts_auditevent;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_names_of_200")]
    operations = [migrations.RunSQL(KEEP, DROP)]
