"""Havn Systems and its channel: the facts of the demo company, and how it got to where it stands today."""
