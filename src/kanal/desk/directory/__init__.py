"""The desk's pages of accounts, contacts, partners, people and the lists of the settings."""
