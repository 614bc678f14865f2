"""What happened here that higher rooms react to, told inside the transaction in which it happened.

The roles' bring `actor`, `grant` and `at`, the others `actor`, `person_id` and `at`; `recovery_moved`
brings the `state` too.
"""

from django.dispatch import Signal

password_set = Signal()
signed_in_anew = Signal()
factor_changed = Signal()
recovery_moved = Signal()
role_given = Signal()
role_ended = Signal()
