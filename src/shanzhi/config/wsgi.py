"""The door for web servers: `granian --interface wsgi shanzhi.config.wsgi:application`."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from shanzhi.config.children import die_with_parent

if os.environ.get("SHANZHI_SERVED"):
    die_with_parent(signal.SIGKILL)  # a server process waits for its parent when asked politely
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
application = get_wsgi_application()
