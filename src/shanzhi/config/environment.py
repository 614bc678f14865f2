"""Settings from the environment: each typed and described once, here; docs/settings.md is made from this class."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shanzhi.config.addresses import fault_of
from shanzhi.config.paths import data_folder
from shanzhi.kernel.keyring import FIELDS, INDEX

Words = Annotated[list[str], NoDecode]
PREFIX: Final = "SHANZHI_"
SHORTEST_SECRET: Final = 50
DEMO_MARK: Final = "made-for-a-demo"
FEWEST_CHARACTERS: Final = 8  # what Django's own check asks for is 5
SHOW_CODE: Final = "shanzhi.people.drivers.show_code"
STORE_NOTICES: Final = "shanzhi.notices.drivers.local.Local"
VOUCH_FOR_EXAMPLES: Final = "shanzhi.people.drivers.vouch_for_examples"


class Environment(BaseSettings):
    """Everything an operator can set. Names are upper case with the prefix `SHANZHI_`, except `DATABASE_URL`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,  # what was given may be a password
    )

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
    owner_database_url: SecretStr | None = Field(
        None,
        description="The same database as DATABASE_URL, as the role that owns its tables. For `shanzhi setup` and what "
        "else changes tables; the serving processes need it not. Unset: the role of DATABASE_URL does both.",
    )
    data: Path = Field(
        default_factory=data_folder,
        description="Folder of the embedded database, uploaded files and ballot keys. Unset: `shanzhi` in the user's "
        "data folder; for root `/var/lib/shanzhi`.",
    )
    keys: Path | None = Field(
        None,
        description="Folder of the keys of personal data and of running votes. Keep it off the database's disk and out "
        "of its backups. Unset: `keys` in the data folder.",
    )
    backup: Path | None = Field(
        None,
        description="Folder of the embedded database's backups and of its archived changes, on another disk. Unset: "
        "nothing is archived. Keys are never put there.",
    )
    allowed_hosts: Words = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names this site answers to, separated by commas.",
    )
    trusted_origins: Words = Field(
        default=[], description="Origins that may send forms from behind a proxy, `https://…`, separated by commas."
    )
    secure_proxy: bool = Field(
        False, description="Set when a proxy sets X-Forwarded-Proto itself and drops the visitor's."
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
    release_static: bool = Field(
        False, description="Serve the static files that `make release-static` collected. Production always does."
    )
    sms_driver: str = Field(
        SHOW_CODE,
        description="Function that delivers sign-in codes. The default shows them on the page, for demos only, and is "
        "refused in production.",
    )
    real_name_driver: str = Field(
        "",
        description="Function that asks an outside service whether a name and an identity number belong together. "
        "Unset: staff verify against the document alone; a demo vouches for synthetic people.",
    )
    second_factor: Literal["", "notice", "demand"] = Field(
        "",
        description="What staff without a second factor meet: `demand` lets their roles sleep until they set one up, "
        "`notice` only asks. Unset: `demand` in production, else `notice`. `notice` is refused in production.",
    )
    smallest_electorate: int = Field(
        50,
        ge=0,
        le=100_000,
        description="Of a vote with fewer ballots than this, ballots and figures are published only as far as they "
        "tell nobody apart. Each round may set its own; it is frozen with the terms. 0: every vote is published whole.",
    )
    smallest_group: int = Field(
        5,
        ge=3,
        le=1000,
        description="Of a vote with few ballots, no figure about fewer voters than this is published. Each round may "
        "set its own; it is frozen with the terms.",
    )
    email_driver: str = Field(
        "",
        description="Class that sends notices by e-mail: `shanzhi.notices.drivers.mail.Mail` uses the SMTP settings. "
        "Unset: no e-mail in production; elsewhere it is stored and shown to operators.",
    )
    notice_sms_driver: str = Field(
        "",
        description="Class that sends notices by text message: `shanzhi.notices.drivers.aliyun.Aliyun` uses `sms.json` "
        "in the folder of keys. Unset: none in production; elsewhere they are stored.",
    )
    wechat_driver: str = Field(
        "",
        description="Class that sends notices by WeChat: `shanzhi.notices.drivers.wechat.WeChat` uses `wechat.json` in "
        "the folder of keys. Unset: none in production; elsewhere they are stored.",
    )
    file_scanner: str = Field(
        "",
        description="Command that looks through an uploaded file for malware: it reads the file from its standard "
        "input and ends with 0 for a clean one, 1 for a bad one, such as `clamdscan --no-summary -`. Unset: none.",
    )
    first_tranche_days: int = Field(
        15,
        ge=1,
        le=120,
        description="Working days from the signing of an agreement, or from a condition being met, within which a part "
        "of a grant is to be paid.",
    )
    smtp_host: str = Field("localhost", description="Mail server that takes our e-mail.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Port of the mail server.")
    smtp_user: str = Field("", description="User name at the mail server; unset: none is given.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the connection to the mail server is protected; `none` only for one on this machine."
    )
    email_from: str = Field("善治 <noreply@localhost>", description="Sender of e-mail.")
    export_rows: int = Field(50_000, ge=1, le=1_000_000, description="Most rows of one export of a list.")

    @field_validator("allowed_hosts", "trusted_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and (fault := fault_of(value.get_secret_value())):
            raise ValueError(fault)
        return value

    @property
    def production(self) -> bool:
        """Whether this is a production installation."""
        return self.mode == "production"

    @property
    def keys_folder(self) -> Path:
        """Folder of the key files."""
        return self.keys or self.data / "keys"


def variable(field: str) -> str:
    """Name of the environment variable of a field."""
    alias = Environment.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def unsafe(environment: Environment) -> list[str]:
    """What keeps these settings from serving real people: one sentence each, with the cure; empty when nothing does."""
    found = []
    if environment.debug:
        found.append("SHANZHI_DEBUG is on: it shows settings and data to any visitor. Remove it.")
    found += _weak_secret(environment.secret_key) + _wrong_keys(environment.keys_folder)
    if environment.sms_driver == SHOW_CODE:
        found.append("SHANZHI_SMS_DRIVER shows sign-in codes to everybody. Name the function that sends them by SMS.")
    if environment.real_name_driver == VOUCH_FOR_EXAMPLES:
        found.append("SHANZHI_REAL_NAME_DRIVER vouches for made-up people. Name the function that asks a real service.")
    if environment.second_factor == "notice":
        found.append("SHANZHI_SECOND_FACTOR only asks staff for a second factor. Remove it, so that it is demanded.")
    found += _unsafe_notices(environment)
    if "*" in environment.allowed_hosts:
        found.append("SHANZHI_ALLOWED_HOSTS is `*`. List the host names of this site.")
    if not environment.public_url.startswith("https://"):
        found.append("SHANZHI_PUBLIC_URL must begin with https://, or links in messages lead to an open connection.")
    return found


def refusal(environment: Environment) -> str:
    """The words with which production refuses to start with these settings; empty when it starts."""
    faults = unsafe(environment) if environment.production else []
    return "\n- ".join(("Production does not start like this:", *faults)) if faults else ""


def _unsafe_notices(environment: Environment) -> list[str]:
    found = []
    for field in ("email_driver", "notice_sms_driver", "wechat_driver"):
        if getattr(environment, field) == STORE_NOTICES:
            words = "stores notices instead of sending them. Leave it unset, or name the class that sends them."
            found.append(f"{variable(field)} {words}")
    mails = bool(environment.email_driver)
    if mails and environment.smtp_security == "none" and environment.smtp_host not in ("localhost", "127.0.0.1", "::1"):
        found.append(
            "SHANZHI_SMTP_SECURITY is `none`, so mail would cross the network in the open. Set starttls or tls."
        )
    if mails and environment.email_from.endswith("@localhost>"):
        found.append(
            "SHANZHI_EMAIL_FROM is not set. Name the sender of e-mail, such as `善治 <noreply@shanzhi.example>`."
        )
    return found


def _weak_secret(value: SecretStr | None) -> list[str]:
    cure = f'Set it to the output of: python3 -c "import secrets; print(secrets.token_urlsafe({SHORTEST_SECRET}))"'
    if value is None:
        return [f"SHANZHI_SECRET_KEY is missing. {cure}"]
    secret = value.get_secret_value()
    if "demo" in secret or len(set(secret)) < FEWEST_CHARACTERS:
        return [f"SHANZHI_SECRET_KEY is a demo key or easily guessed. {cure}"]
    if len(secret) < SHORTEST_SECRET:
        return [f"SHANZHI_SECRET_KEY is shorter than {SHORTEST_SECRET} characters. {cure}"]
    return []


def _wrong_keys(folder: Path) -> list[str]:
    """Look at the key files that `shanzhi.kernel.keyring` reads."""
    if (folder / DEMO_MARK).exists():
        return [
            f"The keys in {folder} were made for a demo. Give production a SHANZHI_KEYS and SHANZHI_DATA of its own."
        ]
    missing = [name for name in (FIELDS, INDEX) if not (folder / name).exists()]
    if missing:
        return [
            f"The key file {' and '.join(missing)} is missing in {folder}. On a new installation run `shanzhi setup`; "
            "otherwise restore it from the backup of keys, for without it personal data stays unreadable."
        ]
    return []
