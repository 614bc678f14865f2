"""Who comes in is looked up by the one sign-up that holds; only where there is none, among all of the volunteer's.

One question for both read everybody who signed up for the shift.
"""

from importlib import import_module

from django.db import migrations

BEFORE = """
        IF NOT EXISTS (SELECT FROM activities_signup s WHERE s.shift_id = NEW.shift_id
            AND s.volunteer_id = NEW.volunteer_id AND s.signed_at IS NOT NULL
            AND (s.state = 'signed' OR s.ended_at > NEW.arrived_at)) THEN
"""
AFTER = """
        IF NOT EXISTS (SELECT FROM activities_signup s WHERE s.shift_id = NEW.shift_id
            AND s.volunteer_id = NEW.volunteer_id AND s.state = 'signed')
        AND NOT EXISTS (SELECT FROM activities_signup s WHERE s.shift_id = NEW.shift_id
            AND s.volunteer_id = NEW.volunteer_id AND s.signed_at IS NOT NULL AND s.ended_at > NEW.arrived_at) THEN
"""
_COMING = import_module("shanzhi.attendance.migrations.0002_guards").COMING
_GUARD = _COMING[: _COMING.index("CREATE TRIGGER")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("attendance", "0002_guards")]

    operations = [migrations.RunSQL(_GUARD.replace(BEFORE, AFTER), _GUARD)]
