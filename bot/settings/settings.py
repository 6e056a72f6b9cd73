"""Every setting: its name, type, default and meaning."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    EmailStr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from bot.mask import HIDDEN, masked
from bot.rules import rules_from
from bot.settings.channels import ChannelSettings
from bot.settings.environment import DOTENV, ENCODING, PREFIX, Given, SettingsError, given
from bot.settings.kinds import RULES, Address, database_address, language_tag, rule, setting, web_link, zone_name
from bot.settings.vendors import VendorSettings
from dialogs.negotiation.facts import Rules


class Settings(ChannelSettings, VendorSettings):
    """Read from the environment, and from a file `.env` where the environment is silent."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=DOTENV,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = setting(Path("var"), "Where what the assistant keeps is kept.", "a folder it may write to")
    database_url: Annotated[str, AfterValidator(database_address)] | None = setting(
        None,
        "The database. Without it: a SQLite file in the data folder.",
        "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; in a password @ is %40, / is %2F, # is %23",
    )

    keys: SecretStr | None = setting(
        None,
        "What secrets in the database are sealed with; the first seals. Without it: a file `keys` in the data folder.",
        "id:base64,id:base64; `askarsan keys rotate` makes one",
        min_length=1,
    )

    own_hosts: str | None = setting(
        None,
        "Hosts in your own network that calendars and links of people may lie at; no other private address is called.",
        "names or addresses, with commas between",
        min_length=1,
    )

    host: str = setting(
        "127.0.0.1", "The network address to listen on; 0.0.0.0 is every one.", "an address", min_length=1
    )
    port: int = setting(8000, "The port to listen on.", "a whole number from 1 to 65535", ge=1, le=65535)
    public_url: Address | None = setting(
        None,
        "Where people find the assistant's pages from outside. Without it, no message has a link to one.",
        "https://HOST[/PATH]",
    )
    sweep_seconds: float = setting(
        1.0, "How often to look for work that is due or was left behind.", "seconds from 0.1 to 60", ge=0.1, le=60
    )

    firm_name: str | None = setting(
        None,
        "The firm, as people read it. Without it they read of the recruiting team, in their language.",
        "a name",
        min_length=1,
    )
    firm_language: Annotated[str, AfterValidator(language_tag)] = setting(
        "en", "The language of whoever we know no other of.", "a language like en, de or pt-BR"
    )
    firm_timezone: Annotated[str, AfterValidator(zone_name)] = setting(
        "UTC", "The zone of whoever we know no other of.", "a name like Europe/Lisbon"
    )
    organizer_name: str = setting("askARSAN", "Who invites, as calendars show it.", "a name", min_length=1)
    organizer_email: EmailStr = setting(
        "interviews@askarsan.example", "Who invites: answers to invites go to this mailbox.", "an email address"
    )

    meetings: Literal["fixed", "google", "teams", "zoom"] = setting(
        "fixed",
        "Where video interviews are held: always in one room, or in one made for each by Google Meet, Teams or Zoom.",
        "fixed, google, teams or zoom",
    )
    meeting_url: Annotated[str, AfterValidator(web_link)] | None = setting(
        None,
        "The one room, with fixed. Without it there is no link in what people get: the recruiter sends one.",
        "http(s)://HOST[:PORT]/PATH",
    )

    burst_seconds: float = setting(
        3.0,
        "How long to wait for somebody to finish writing, so that a burst of messages is heard as one.",
        "seconds from 0 to 60",
        ge=0,
        le=60,
    )

    quiet_hours: str = rule("quiet_hours", "hours like 21:00-08:00, or none")
    offer_size: str = rule("offer_size", "a whole number from 1")
    rounds_at_most: str = rule("rounds_at_most", "a whole number from 1")
    notice: str = rule("notice", "a length of time like 2h")
    horizon: str = rule("horizon", "a length of time like 28d")
    offer_lasts: str = rule("offer_lasts", "a length of time like 3d")
    share_slots: str = rule("share_slots", "true or false")
    grid: str = rule("grid", "a length of time like 15m or 30m")
    buffer: str = rule("buffer", "a length of time like 10m, or none")
    gap: str = rule("gap", "a length of time like 30m, or none")
    a_day_at_most: str = rule("a_day_at_most", "a whole number; 0 for any")
    a_week_at_most: str = rule("a_week_at_most", "a whole number; 0 for any")
    holidays: str = rule("holidays", "days and stretches like 2026-12-24..2027-01-01, 2026-05-15, or none")
    region: str = rule("region", "a region as ISO 3166-2 names it, like DE-BY, or none")
    lunch: str = rule("lunch", "hours like 12:00-13:00, or none")
    travel: str = rule("travel", "a length of time like 30m, or none")
    nudge_after: str = rule("nudge_after", "lengths of time like 1d, 2d")
    give_up_after: str = rule("give_up_after", "a length of time like 2d")
    nudge_on_weekends: str = rule("nudge_on_weekends", "true or false")
    reminders: str = rule("reminders", "lengths of time like 24h, 1h")
    follow_up_after: str = rule("follow_up_after", "a length of time like 1h")

    model: str | None = setting(
        None,
        "A language model that is asked where the rules are unsure what a message means. Without it, none is.",
        "a name, as its vendor writes it",
        min_length=1,
    )
    model_url: Address | None = setting(
        None,
        "Where the model is, if not at OpenAI: whatever speaks OpenAI's chat protocol.",
        "http(s)://HOST[:PORT]/v1",
    )
    model_key: SecretStr | None = setting(
        None, "The model's key; a server of your own may need none.", "the key as the vendor gave it", min_length=1
    )
    model_shape: Literal["json_schema", "function_calling", "json_mode"] = setting(
        "json_schema",
        "How the model is asked for its closed answer; not every server knows each way.",
        "json_schema, function_calling or json_mode",
    )
    model_below: float = setting(
        0.66,
        "Ask the model where the rules are less sure than this; they are never overruled where they are surer.",
        "a number from 0 to 0.9",
        ge=0,
        le=0.9,
    )
    # A turn asks three times at most, and has a minute for all it does.
    model_seconds: float = setting(4.0, "How long to wait for the model.", "seconds from 0.1 to 15", ge=0.1, le=15)
    model_calls_per_day: int = setting(
        1_000, "So often the model is asked in one day, and no more.", "a whole number from 0", ge=0
    )
    model_cost_per_day: float | None = setting(
        None, "So much the model may cost in one day, in the money of its prices. Without it, any.", "a number", ge=0
    )
    model_price_in: float = setting(0.0, "The price of a million tokens sent to the model.", "a number", ge=0)
    model_price_out: float = setting(0.0, "The price of a million tokens the model answers.", "a number", ge=0)

    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "From which level on to log.", "debug, info, warning or error"
    )
    log_json: bool = setting(False, "Log one JSON object per line, for machines.", "true or false")
    metrics: bool = setting(True, "Show numbers for Prometheus at /metrics.", "true or false")

    @model_validator(mode="after")
    def _zoom_is_whole(self) -> Settings:
        needed = ("zoom_account_id", "zoom_client_id", "zoom_client_secret", "zoom_user")
        missing = [f"{PREFIX}{name.upper()}" for name in needed if getattr(self, name) is None]
        if self.meetings == "zoom" and missing:
            raise ValueError(f"{PREFIX}MEETINGS is zoom; that needs {', '.join(missing)} too.")
        return self

    @model_validator(mode="after")
    def _teams_is_whole(self) -> Settings:
        needed = ("microsoft_tenant", "microsoft_client_id", "microsoft_client_secret", "teams_organizer")
        missing = [f"{PREFIX}{name.upper()}" for name in needed if getattr(self, name) is None]
        if self.meetings == "teams" and missing:
            raise ValueError(f"{PREFIX}MEETINGS is teams; that needs {', '.join(missing)} too.")
        return self

    @model_validator(mode="after")
    def _google_is_whole(self) -> Settings:
        needed = ("google_key_file", "google_meet_calendar")
        missing = [f"{PREFIX}{name.upper()}" for name in needed if getattr(self, name) is None]
        if self.meetings == "google" and missing:
            raise ValueError(f"{PREFIX}MEETINGS is google; that needs {', '.join(missing)} too.")
        if (self.google_client_id is None) != (self.google_client_secret is None):
            raise ValueError(f"{PREFIX}GOOGLE_CLIENT_ID and {PREFIX}GOOGLE_CLIENT_SECRET go together.")
        return self

    @model_validator(mode="after")
    def _model_is_whole(self) -> Settings:
        if self.model and not (self.model_key or self.model_url):
            raise ValueError(f"{PREFIX}MODEL needs {PREFIX}MODEL_KEY, or {PREFIX}MODEL_URL for a server of your own.")
        if self.model_cost_per_day is not None and not (self.model_price_in or self.model_price_out):
            raise ValueError(f"{PREFIX}MODEL_COST_PER_DAY needs {PREFIX}MODEL_PRICE_IN and {PREFIX}MODEL_PRICE_OUT.")
        return self

    @field_validator(*RULES)
    @classmethod
    def _is_a_rule(cls, value: str, about: ValidationInfo) -> str:
        rules_from({str(about.field_name): value})
        return value

    @property
    def rules(self) -> Rules:
        return rules_from({name: getattr(self, name) for name in RULES})

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'askarsan.db'}"

    @property
    def sqlite_file(self) -> Path | None:
        """The file, where the database is SQLite."""
        scheme, _, path = self.database.partition(":///")
        return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None

    @property
    def url(self) -> str:
        """Where it is served, for a person who reads the log."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def load_settings() -> Settings:
    """Raises SettingsError with one line for each thing that is wrong."""
    found = given()
    wrong = [_unknown(name) for name in found if name not in names()]
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += [_in_words(each["loc"], each["msg"], found) for each in error.errors()]
        raise SettingsError("\n".join(wrong)) from None
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def names() -> Mapping[str, str]:
    """The firm's own first, then those of vendors and channels."""
    own = [field for field in Settings.model_fields if field in Settings.__annotations__]
    others = [field for field in Settings.model_fields if field not in own]
    return {f"{PREFIX}{field.upper()}": field for field in (*own, *others)}


def allowed(field: str) -> str:
    extra = Settings.model_fields[field].json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["allowed"])


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, names(), n=1)
    return f"{name} is not a setting." + (f" Did you mean {near[0]}?" if near else "")


def _in_words(where: Sequence[int | str], message: str, found: Mapping[str, Given]) -> str:
    if not where:
        return message.removeprefix("Value error, ")
    # Of "either this or nothing" pydantic also names the branch; the first is the field.
    field = str(where[0]).lower().removeprefix(PREFIX.lower())
    name = f"{PREFIX}{field.upper()}"
    value, source = found[name]
    place = "the environment" if source == "environment" else "the file .env"
    return f"{name} is {in_public(field, value)!r} (from {place}); it must be {allowed(field)}."


def in_public(field: str, value: object) -> str:
    if value is None:
        return ""
    if "SecretStr" in str(Settings.model_fields[field].annotation):
        return HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    return masked(str(value))
