"""Indexes for the lists of accounts, contacts and people: a part of a text in any of the searched fields."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


def search_index(*fields, name):
    return GinIndex(*(OpClass(Upper(field), name="gin_trgm_ops") for field in fields), name=name)


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.RemoveIndex("account", "account_name_trgm"),
        migrations.AddIndex("account", search_index("name", "domain", "city", name="account_search")),
        migrations.RemoveIndex("contact", "contact_name_trgm"),
        migrations.AddIndex("contact", search_index("name", "email", name="contact_search")),
        migrations.AddIndex("person", models.Index(fields=["name", "id"], name="person_by_name")),
        migrations.AddIndex("person", search_index("name", "email", name="person_search")),
    ]
