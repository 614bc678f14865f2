"""What happened here that higher rooms react to, told inside the transaction in which it happened.

The roles' bring `actor`, `grant` and `at`, the others `actor`, `person_id` and `at`; `recovery_moved`
brings the `state` too. Those of guardians bring `actor`, `ward_id` and `at`, of a link also `guardian_id`
and `link_id`, of a consent given or taken back `consent_id`. `hash_outdated` is this room's own: an
`account` gave the right `password`, whose hash is old.
"""

from django.dispatch import Signal

hash_outdated = Signal()
password_set = Signal()
signed_in_anew = Signal()
factor_changed = Signal()
recovery_moved = Signal()
role_given = Signal()
role_ended = Signal()
guardian_linked = Signal()
guardian_ended = Signal()
guardian_consent = Signal()
