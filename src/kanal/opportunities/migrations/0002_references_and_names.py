"""What the models can't say: the sequence of reference codes, and names that follow their account."""

from django.db import migrations

SEQUENCE = "CREATE SEQUENCE opportunities_reference"
NO_SEQUENCE = "DROP SEQUENCE opportunities_reference"

# The accounts' own app knows nothing of opportunities, so the trigger on its table is made here.
FOLLOW = """
CREATE FUNCTION opportunities_follow_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opportunities_opportunity SET account_name = NEW.name WHERE account_id = NEW.id;
    UPDATE opportunities_opportunity SET partner_name = NEW.name
        WHERE partner_id IN (SELECT id FROM directory_partner WHERE account_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER opportunities_follow_name AFTER UPDATE OF name ON directory_account
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION opportunities_follow_name();
"""
NO_FOLLOW = """
DROP TRIGGER opportunities_follow_name ON directory_account;
DROP FUNCTION opportunities_follow_name;
"""


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0001_initial")]

    operations = [migrations.RunSQL(SEQUENCE, NO_SEQUENCE), migrations.RunSQL(FOLLOW, NO_FOLLOW)]
