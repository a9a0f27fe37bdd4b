"""Each mail in a language of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0003_alerts'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='language',
            field=models.CharField(default='en', max_length=8),
        ),
    ]
