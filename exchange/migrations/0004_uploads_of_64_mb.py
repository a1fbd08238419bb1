import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0003_uploads"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="trackupload",
            name="upload_has_at_most_20_mb",
        ),
        migrations.AddConstraint(
            model_name="trackupload",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    models.Func(
                        models.F("archive"),
                        function="octet_length",
                        output_field=models.IntegerField(),
                    ),
                    67_108_864,
                ),
                name="upload_has_at_most_64_mb",
            ),
        ),
    ]
