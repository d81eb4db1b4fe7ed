"""The parts of the component library; `templatetags/ui.py` puts them together."""
