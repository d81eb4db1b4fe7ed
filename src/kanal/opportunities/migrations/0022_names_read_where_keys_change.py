
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0021_events_ask_nobody'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='opportunity',
            name='names',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='opportunity',
            trigger=pgtrigger.compiler.Trigger(name='names', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF TG_OP = 'INSERT' OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN\n            NEW.account_name = COALESCE((SELECT name FROM directory_account WHERE id = NEW.account_id), '');\n        ELSE\n            NEW.account_name = OLD.account_name;\n        END IF;\n        IF TG_OP = 'INSERT' OR NEW.partner_id IS DISTINCT FROM OLD.partner_id THEN\n            NEW.partner_name = COALESCE(\n                (SELECT a.name FROM directory_partner p JOIN directory_account a ON a.id = p.account_id\n                 WHERE p.id = NEW.partner_id), '');\n        ELSE\n            NEW.partner_name = OLD.partner_name;\n        END IF;\n        RETURN NEW;\n    ", hash='2f6ce49f3bd310484314eaa98e844fb37debef7d', operation='INSERT OR UPDATE OF "account_id", "partner_id"', pgid='pgtrigger_names_f9ee7', table='opportunities_opportunity', when='BEFORE')),
        ),
    ]
