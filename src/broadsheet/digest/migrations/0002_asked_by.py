"""Who asked for a subscription, until its owner confirms."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digest", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="mail_asked", to="readers.reader"
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="reader",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="mail", to="readers.reader"
            ),
        ),
    ]
