"""Kanal: partner relationship management, self-hosted."""

__version__ = "0.1.0"
