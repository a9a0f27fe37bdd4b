"""Alerts, their deliveries and what was found for them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_past_records'),
        ('digest', '0002_asked_by'),
        ('readers', '0004_raised'),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertPosition',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=10, unique=True)),
                ('kind', models.CharField(max_length=12)),
                ('value', models.CharField(max_length=400)),
                ('label', models.CharField(default='', max_length=400)),
                ('channel', models.CharField(max_length=8)),
                ('target', models.TextField()),
                ('shown', models.CharField(max_length=200)),
                ('mark', models.CharField(max_length=64)),
                ('secret', models.TextField(default='')),
                ('secret_before', models.TextField(default='')),
                ('renewed_at', models.DateTimeField(default=None, null=True)),
                ('mode', models.CharField(default='once', max_length=8)),
                ('hourly', models.SmallIntegerField(default=6)),
                ('daily', models.SmallIntegerField(default=40)),
                ('cadence', models.CharField(default='daily', max_length=8)),
                ('weekday', models.SmallIntegerField(default=0)),
                ('hour', models.SmallIntegerField(default=7)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('made_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('due_at', models.DateTimeField(default=None, null=True)),
                ('paused_by', models.CharField(default='', max_length=8)),
                ('paused_at', models.DateTimeField(default=None, null=True)),
                ('failing_since', models.DateTimeField(default=None, null=True)),
                ('fault', models.TextField(default='')),
                ('told_at', models.DateTimeField(default=None, null=True)),
                ('removed_at', models.DateTimeField(default=None, null=True)),
                ('mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alerts', to='digest.subscription')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='readers.reader')),
            ],
        ),
        migrations.CreateModel(
            name='AlertDelivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=32, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('papers', models.IntegerField(default=0)),
                ('state', models.CharField(choices=[('due', 'Due'), ('claimed', 'Claimed'), ('sent', 'Sent'), ('failed', 'Failed'), ('skipped', 'Skipped')], default='due', max_length=8)),
                ('holder', models.CharField(default='', max_length=40)),
                ('lease_until', models.DateTimeField(default=None, null=True)),
                ('tries', models.SmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('status', models.SmallIntegerField(default=0)),
                ('answer', models.TextField(default='')),
                ('made_at', models.DateTimeField()),
                ('tried_at', models.DateTimeField(default=None, null=True)),
                ('sent_at', models.DateTimeField(default=None, null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='digest.alert')),
            ],
        ),
        migrations.CreateModel(
            name='AlertPaper',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('why', models.CharField(default='', max_length=400)),
                ('found_at', models.DateTimeField()),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='digest.alert')),
                ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='found', to='digest.alertdelivery')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.paper')),
            ],
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='alert_due'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['kind', 'value'], name='alert_about'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('reader', 'kind', 'value', 'channel', 'mark'), name='alert_once'),
        ),
        migrations.AddIndex(
            model_name='alertdelivery',
            index=models.Index(condition=models.Q(('state', 'due')), fields=['next_try_at', 'id'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='alertdelivery',
            index=models.Index(condition=models.Q(('state', 'claimed')), fields=['lease_until'], name='delivery_claimed'),
        ),
        migrations.AddConstraint(
            model_name='alertdelivery',
            constraint=models.UniqueConstraint(fields=('alert', 'name'), name='delivery_once'),
        ),
        migrations.AddIndex(
            model_name='alertpaper',
            index=models.Index(condition=models.Q(('delivery', None)), fields=['alert', 'id'], name='alert_waiting'),
        ),
        migrations.AddConstraint(
            model_name='alertpaper',
            constraint=models.UniqueConstraint(fields=('alert', 'paper'), name='alert_paper_once'),
        ),
    ]
