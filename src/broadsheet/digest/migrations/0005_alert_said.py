"""Why an alert names a paper is kept as what it is made of, so that it can be spoken in the reader's language."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('digest', '0004_language'),
    ]

    operations = [
        migrations.AddField(
            model_name='alertpaper',
            name='said',
            field=models.JSONField(default=None, null=True),
        ),
    ]
