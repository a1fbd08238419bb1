"""One picture an edition, kept as it was drawn; certificates are found by their edition."""

from django.db import migrations, models

SQL = """
CREATE TRIGGER certificates_keep BEFORE UPDATE OR DELETE ON certificates_emblem
    FOR EACH ROW EXECUTE FUNCTION certificates_keep();
"""

UNDO = "DROP TRIGGER certificates_keep ON certificates_emblem;"


class Migration(migrations.Migration):
    dependencies = [("certificates", "0006_verification_runs")]
    operations = [
        migrations.CreateModel(
            name="Emblem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("edition", models.CharField(max_length=12)),
                ("png", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition",), name="emblem_is_drawn_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("edition__regex", "^[0-9a-f]{12}$")),
                        name="emblem_of_an_edition",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(models.F("facts__edition"), name="certificate_edition"),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
