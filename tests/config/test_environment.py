"""Settings: documented, and unsafe ones refused in production."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from scripts import settings_doc
from shanzhi.config.addresses import server_of
from shanzhi.config.environment import DEMO_MARK, Environment, unsafe
from shanzhi.kernel.keyring import FIELDS, INDEX

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with key files."""
    for name in (FIELDS, INDEX):
        (tmp_path / name).write_text("1:" + secrets.token_urlsafe(32))
    return tmp_path


@pytest.fixture
def sound(keys: Path) -> dict[str, str]:
    """The environment of a sound production installation."""
    return {
        "SHANZHI_MODE": "production",
        "SHANZHI_SECRET_KEY": secrets.token_urlsafe(50),
        "SHANZHI_KEYS": str(keys),
        "SHANZHI_DATA": str(keys),
        "SHANZHI_PUBLIC_URL": "https://shanzhi.example",
        "SHANZHI_ALLOWED_HOSTS": "shanzhi.example",
        "SHANZHI_SMS_DRIVER": "district.sms.send",
        "DATABASE_URL": "postgres://shanzhi@localhost/shanzhi",
    }


def check(variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run Django's deployment check in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHANZHI_", "DJANGO_"))}
    return subprocess.run(
        [
            sys.executable,
            "-W",
            "error::DeprecationWarning",
            "-m",
            "django",
            "check",
            "--deploy",
            "--fail-level",
            "INFO",
        ],
        env={**kept, "DJANGO_SETTINGS_MODULE": "shanzhi.config.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


class TestTheListOfSettings:
    def test_equals_the_settings_that_are_read(self) -> None:
        assert settings_doc.DOCUMENT.read_text() == settings_doc.text(), "run `make settings-doc`"

    def test_describes_each_in_a_sentence(self) -> None:
        for name, field in Environment.model_fields.items():
            assert field.description, name
            assert field.description.endswith("."), name


class TestASoundProductionInstallation:
    def test_passes_the_deployment_check_in_silence(self, sound: dict[str, str]) -> None:
        done = check(sound)
        assert done.stderr.strip() == ""
        assert done.returncode == 0
        assert "no issues" in done.stdout


class TestAnUnsafeProductionInstallation:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"SHANZHI_SECRET_KEY": None}, "SHANZHI_SECRET_KEY is missing"),
            ({"SHANZHI_SECRET_KEY": "short-but-with-many-letters"}, "SHANZHI_SECRET_KEY is shorter"),
            ({"SHANZHI_SECRET_KEY": "a" * 60}, "easily guessed"),
            ({"SHANZHI_SECRET_KEY": "demo" + "abcdefghijklmnop" * 4}, "demo key"),
            ({"SHANZHI_DEBUG": "true"}, "SHANZHI_DEBUG is on"),
            ({"SHANZHI_SMS_DRIVER": None}, "SHANZHI_SMS_DRIVER shows sign-in codes"),
            ({"SHANZHI_SECOND_FACTOR": "notice"}, "SHANZHI_SECOND_FACTOR only asks"),
            ({"SHANZHI_ALLOWED_HOSTS": "*"}, "SHANZHI_ALLOWED_HOSTS is `*`"),
            ({"SHANZHI_PUBLIC_URL": "http://shanzhi.example"}, "SHANZHI_PUBLIC_URL must begin with https://"),
        ],
    )
    def test_is_told_what_to_mend(self, sound: dict[str, str], change: dict[str, str | None], words: str) -> None:
        variables = {name: value for name, value in {**sound, **change}.items() if value is not None}
        found = unsafe(_environment(variables))
        assert len(found) == 1
        assert words in found[0]

    def test_is_told_of_missing_keys(self, sound: dict[str, str], keys: Path) -> None:
        (keys / FIELDS).unlink()
        assert f"The key file {FIELDS} is missing" in unsafe(_environment(sound))[0]

    def test_is_told_of_keys_made_for_a_demo(self, sound: dict[str, str], keys: Path) -> None:
        (keys / DEMO_MARK).touch()
        assert "were made for a demo" in unsafe(_environment(sound))[0]

    def test_does_not_start_and_says_why_once(self, sound: dict[str, str]) -> None:
        done = check({**sound, "SHANZHI_DEBUG": "true"})
        assert done.returncode != 0
        assert done.stderr.count("SHANZHI_DEBUG is on") == 1


class TestAnAddressOfADatabase:
    @pytest.mark.parametrize(
        "address",
        [
            "mysql://u:s3cretpw@h/x",
            "sqlite:///s3cretpw",
            "s3cretpw",
            "postgres://u:s3cretpw@s3cretpw@h/x",
            "postgres://u:s3cret/s3cretpw@h/x",
            "postgres://u:12/s3cretpw@h/x",
            "postgres://u:12?s3cretpw@h/x",
            "postgres://u:12#s3cretpw@h/x",
            "postgres://u:s3cretpw%zz@h/x",
            "postgres://u:s3cretpw@h:port/x",
            "postgres://u:s3cretpw@h/x?colour=s3cretpw",
        ],
    )
    @pytest.mark.parametrize("name", ["DATABASE_URL", "SHANZHI_OWNER_DATABASE_URL"])
    def test_that_cannot_be_read_is_refused_without_repeating_it(self, name: str, address: str) -> None:
        with pytest.raises(ValidationError) as caught:
            _environment({name: address})
        assert "postgres://" in str(caught.value)
        assert "s3cret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("address", "server"),
        [
            ("postgres://u:p%40ss@db.example:5433/x", "db.example:5433"),
            ("postgresql://u@[::1]/x?sslmode=require", "[::1]"),
            ("postgres://u@%2Frun%2Fpg/x", "/run/pg"),
            ("postgresql:///x?host=/run/pg", "/run/pg"),
        ],
    )
    def test_that_can_be_read_gives_its_server_alone(self, address: str, server: str) -> None:
        given = _environment({"DATABASE_URL": address}).database_url
        assert given is not None
        assert server_of(given.get_secret_value()) == server


def _environment(variables: dict[str, str]) -> Environment:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("SHANZHI_") or name == "DATABASE_URL":
                patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        return Environment()
