"""Certificates and what belongs to them are not emptied in one go, either.

But together with the people: who empties the whole site, as `flush` does, is let through.
"""

from django.db import migrations

TABLES = ["certificate", "certificateevent", "certificatedocument", "statusentry"]

KEEP = "".join(
    f"CREATE TRIGGER certificates_keep_all BEFORE TRUNCATE ON certificates_{table} "
    """WHEN (current_query() NOT LIKE '%"accounts_user"%') """
    "EXECUTE FUNCTION certificates_keep();"
    for table in TABLES
)
DROP = "".join(
    f"DROP TRIGGER certificates_keep_all ON certificates_{table};" for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0014_names_of_200")]
    operations = [migrations.RunSQL(KEEP, DROP)]
