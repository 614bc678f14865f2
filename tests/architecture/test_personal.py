"""Every field that holds personal data is described: the law's documents, export and erasure are made from that."""

from django.apps import apps
from django.db import models

from shanzhi.kernel.personal import ANNOTATIONS
from shanzhi.people.fields import SealedField
from shanzhi.people.models import Account, Person


def personal(field: models.Field) -> bool:  # type: ignore[type-arg]
    """Whether a field is personal by its kind: sealed, a blind index, or a link to a person or a sign-in."""
    if isinstance(field, SealedField) or field.name.endswith("_mark"):
        return True
    if isinstance(field, models.ForeignKey):
        return field.related_model in (Person, Account)
    return isinstance(field, models.UUIDField) and field.name in ("actor_person", "owner")


class TestEveryPersonalField:
    def test_is_described(self) -> None:
        missing = [
            f"{model._meta.app_label}.{model.__name__}.{field.name}"
            for model in apps.get_models()
            if model.__module__.startswith("shanzhi.")
            for field in model._meta.concrete_fields
            if personal(field) and f"{model._meta.app_label}.{model.__name__}.{field.name}" not in ANNOTATIONS
        ]
        assert missing == [], "describe these in the personal.py of their room"

    def test_exists(self) -> None:
        for one in ANNOTATIONS.values():
            model = apps.get_model(one.model)
            assert model._meta.get_field(one.field)
            if one.path:
                model._default_manager.filter(**{one.path: None})
