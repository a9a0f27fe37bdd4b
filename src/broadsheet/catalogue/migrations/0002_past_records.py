"""Source records that were replaced are kept from now on."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PastRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("form", models.CharField(max_length=32)),
                ("body", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="past", to="catalogue.sourcerecord"
                    ),
                ),
            ],
        ),
    ]
