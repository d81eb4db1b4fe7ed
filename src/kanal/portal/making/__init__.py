"""Opportunities that a partner makes, as long as they wait for approval."""
