"""Submissions can be taken back or hidden; a claim keeps the name that it was made for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("readers", "0003_mine")]

    operations = [
        migrations.AddField("submission", "undone_at", models.DateTimeField(default=None, null=True)),
        migrations.AddField("submission", "hidden_at", models.DateTimeField(default=None, null=True)),
        migrations.AddField("submission", "hidden_reason", models.TextField(default="")),
        migrations.AddField("claim", "name", models.CharField(default="", max_length=400)),
    ]
