"""The production entry point; a wrong setting ends it with one line that names it."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from certificates.private_key import SigningKeyError, check_private_key

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gradus.settings.production")
try:
    check_private_key()
    application = get_wsgi_application()
except (ImproperlyConfigured, SigningKeyError) as error:
    sys.exit(f"Gradus does not start. {error}")
