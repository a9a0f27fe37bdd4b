"""What a source says of itself knows what it is made of, so that it can be spoken in each reader's language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='sourcestate',
            name='said',
            field=models.JSONField(default=None, null=True),
        ),
    ]
