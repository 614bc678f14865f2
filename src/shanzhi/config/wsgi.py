"""The door for web servers: `granian --interface wsgi shanzhi.config.wsgi:application`."""

import gc
import os
import signal

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from shanzhi.config.children import die_with_parent

if os.environ.get("SHANZHI_SERVED"):
    die_with_parent(signal.SIGKILL)  # a server process waits for its parent when asked politely
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
_whole = get_wsgi_application()
application = import_string("shanzhi.config.lane.ShortLane")(_whole)  # loads models, so not before the set-up above

# What is loaded by now stays for good: the collector need not look through it again and again, nor after every few
# hundred objects, of which a single page makes thousands.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
