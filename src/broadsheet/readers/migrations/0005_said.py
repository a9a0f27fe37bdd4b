"""Notifications know what they are made of, so that they can be spoken in each reader's language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readers', '0004_raised'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='said',
            field=models.JSONField(default=None, null=True),
        ),
    ]
