"""The worker and the clock that `shanzhi serve` starts beside the web server; they end with it."""

import os
from importlib import import_module

from shanzhi.config.children import die_with_parent

if __name__ == "__main__":
    die_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    import_module("django").setup()
    import_module("shanzhi.config.commands.clock").start()
    import_module("shanzhi.config.commands.working").work()
