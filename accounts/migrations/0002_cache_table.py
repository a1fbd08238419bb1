"""The table of Django's DatabaseCache, which holds allauth's throttles.

Made here rather than by createcachetable, so that migrate is all a school runs.
"""

from django.db import migrations

SQL = """
CREATE TABLE gradus_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX gradus_cache_expires ON gradus_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "DROP TABLE gradus_cache")]
