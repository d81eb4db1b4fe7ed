"""The format `crm-sales`: four CSV files of accounts, products, sellers and a pipeline of opportunities."""

from kanal.importing.crm_sales.columns import ACCOUNTS, KIND, PIPELINE, PRODUCTS, TEAMS
from kanal.importing.crm_sales.loading import start
from kanal.importing.crm_sales.notes import LABEL, NOTES
from kanal.importing.formats import Format

FORMAT = Format(
    kind=KIND, label=LABEL, tables=(ACCOUNTS, PRODUCTS, TEAMS, PIPELINE), start=start, notes=NOTES
)
