"""The web application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from kanal.config.runtime import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kanal.config.settings")
application = get_wsgi_application()
settle()
