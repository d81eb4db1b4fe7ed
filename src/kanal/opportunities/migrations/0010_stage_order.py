"""An index for the list in the order of the stages."""

from django.db import migrations, models
from django.db.models import Case, F, Value, When


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0002_references_and_names")]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                Case(
                    When(stage="prospect", then=Value(0)),
                    When(stage="contacting", then=Value(1)),
                    When(stage="interest_confirmed", then=Value(2)),
                    When(stage="quoting", then=Value(3)),
                    When(stage="closing", then=Value(4)),
                    output_field=models.SmallIntegerField(),
                ),
                F("created_at").desc(),
                F("id").desc(),
                name="opp_stage",
            ),
        ),
    ]
