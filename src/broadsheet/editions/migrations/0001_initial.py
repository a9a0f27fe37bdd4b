"""The stored mornings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("closed_at", models.DateTimeField()),
                ("choice", models.JSONField()),
            ],
        ),
    ]
