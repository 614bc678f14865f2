"""What happened here that higher rooms react to, told inside the transaction in which it happened.

`password_set` and `signed_in_anew` bring `actor`, `person_id` and `at`; the roles' bring `actor`, `grant` and `at`.
"""

from django.dispatch import Signal

password_set = Signal()
signed_in_anew = Signal()
role_given = Signal()
role_ended = Signal()
