"""Buttons pressed as people press them."""

from django.test import Client


def twice(client: Client, path: str, form: dict[str, str]) -> str:
    """Press the button of a form twice; the second press gets the first answer; give where both lead."""
    found = [client.post(path, form) for _again in range(2)]
    assert [(one.status_code, one.get("Location")) for one in found] == [(302, found[0].get("Location"))] * 2, path
    return found[0]["Location"]
