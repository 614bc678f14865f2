"""Settings from the environment: each typed and described once, here; docs/settings.md is made from this class."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shanzhi.config.paths import data_folder

Words = Annotated[list[str], NoDecode]
PREFIX = "SHANZHI_"
LONGEST_MINOR_SECRET = 49


class Environment(BaseSettings):
    """Everything an operator can set. Names are upper case with the prefix `SHANZHI_`, except `DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", populate_by_name=True)

    mode: Literal["development", "demo", "production"] = Field(
        "development", description="What this installation is for. `production` refuses whatever is unsafe."
    )
    debug: bool = Field(False, description="Django's debug pages. Never in production.")
    secret_key: SecretStr | None = Field(
        None, description="Signs sessions and forms; 50 characters or more. Required in production."
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 or newer, `postgres://user:password@host:port/name`. "
        "Unset: the embedded server in the data folder.",
    )
    data: Path = Field(
        default_factory=data_folder, description="Folder of the embedded database, uploaded files and keys."
    )
    keys: Path | None = Field(
        None, description="Folder of the keys for personal data and ballots. Unset: `keys` in the data folder."
    )
    allowed_hosts: Words = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names this site answers to, separated by commas.",
    )
    trusted_origins: Words = Field(
        default=[], description="Origins that may send forms from behind a proxy, `https://…`, separated by commas."
    )
    secure_proxy: bool = Field(
        False, description="Behind a proxy that sets X-Forwarded-Proto and removes it from visitors."
    )
    public_url: str = Field("http://localhost:8000", description="Address that links in messages and QR codes use.")
    time_zone: str = Field("Asia/Shanghai", description="Time zone of days and deadlines.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for `/-/metrics`. Unset: only this machine itself may read it."
    )
    database_pool: int = Field(8, ge=1, le=200, description="Most database connections of one process.")
    workers: int = Field(2, ge=1, le=64, description="Server processes of `shanzhi serve`.")
    threads: int = Field(8, ge=1, le=256, description="Threads of each server process.")
    upload_limit_mb: int = Field(20, ge=1, le=1024, description="Largest request body, in megabytes.")
    email_url: SecretStr | None = Field(
        None, description="`smtp://user:password@host:port`; `smtps://` for TLS. Unset: messages go to the log's folder."
    )
    sms_driver: str = Field(
        "shanzhi.people.drivers.show_code",
        description="Function that delivers sign-in codes. The default shows them and is refused in production.",
    )

    @field_validator("allowed_hosts", "trusted_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value

    @property
    def production(self) -> bool:
        """Whether this is a production installation."""
        return self.mode == "production"

    @property
    def keys_folder(self) -> Path:
        """Folder of the key files."""
        return self.keys or self.data / "keys"
