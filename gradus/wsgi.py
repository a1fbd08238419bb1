"""The production entry point; a wrong setting ends it with one line that names it."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gradus.settings.production")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Gradus does not start. {error}")
