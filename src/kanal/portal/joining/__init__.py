"""The public side of joining: the form to apply, its confirmation, and the page that shows how it stands."""
