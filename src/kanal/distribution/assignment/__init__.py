"""Preferred partner assignment between the database and the engine: what is known, what was decided, and why."""
