"""The reading list can be put into an order of the reader's own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('readers', '0005_said'),
    ]

    operations = [
        migrations.AddField(
            model_name='mark',
            name='place',
            field=models.FloatField(default=None, null=True),
        ),
    ]
