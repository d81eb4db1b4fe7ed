"""The components that every page is made of. They are builtins: no page has to load them.

`/ui/` shows each of them in all its states; `docs/components.md` says how a page is put together.
"""

from django import template

from kanal.web.ui import blocks, figures, marks, navigation, values

register = template.Library()
for part in (marks, values, blocks, figures, navigation):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
