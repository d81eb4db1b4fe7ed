"""The customers that a company keeps itself, with their people."""
