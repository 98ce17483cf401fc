"""What a service is told from outside: environment variables named STOPSO_…, checked before anything starts.

No secret has a default, and none is ever repeated in an error, a log line or a `repr`.
"""

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shared.kernel.ids import ServiceName
from shared.privacy import Keyring, UnusableKey
from shared.privacy.key_settings import read_symmetric

PREFIX = "STOPSO_"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class InvalidSettings(Exception):
    """The service cannot start as configured; `advice` says, variable by variable, what is wrong, without any value."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        self.advice = "The settings cannot be used:\n" + "\n".join(f"  {problem}" for problem in problems)
        super().__init__(self.advice)


def _with_scheme(*schemes: str) -> AfterValidator:
    def check(url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"must be an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


class ServiceSettings(BaseSettings):
    """What every service needs; each service derives its own class, names itself, and adds what only it needs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    service: ClassVar[ServiceName]

    database_url: Annotated[SecretStr, _with_scheme("postgresql", "postgres")]
    broker_url: Annotated[SecretStr, _with_scheme("amqp", "amqps")]
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    demo: bool = False
    public_urls: dict[ServiceName, str]
    phone_number: str = "0808 157 0000"
    """Whom people may call instead; the default is a number that is kept for fiction."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    traces_url: str | None = None

    private_key: SecretStr
    public_keys: str = Field(repr=False)
    field_key: SecretStr
    lookup_key: SecretStr
    session_key: SecretStr
    previous_private_key: SecretStr | None = None
    previous_field_key: SecretStr | None = None
    previous_lookup_key: SecretStr | None = None

    batch_size: int = Field(100, ge=1, le=1000)
    prefetch: int = Field(400, ge=1, le=10_000)
    relay_batch: int = Field(250, ge=1, le=5000)
    relay_window: int = Field(256, ge=1, le=5000)
    pool_minimum: int = Field(2, ge=1, le=100)
    pool_maximum: int = Field(10, ge=2, le=200)
    retry_limit: int = Field(10, ge=1, le=100)
    stop_seconds: float = Field(20.0, gt=0, le=600)

    @classmethod
    def read(cls) -> Self:
        """The settings from the environment; raises InvalidSettings with every problem at once."""
        try:
            return cls()
        except ValidationError as error:
            problems = [
                f"{PREFIX}{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
                if problem["loc"]
                else problem["msg"]
                for problem in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        except SettingsError:
            problems = [f"{PREFIX}PUBLIC_URLS: must be a JSON object of service and address"]
        raise InvalidSettings(problems)

    def keyring(self) -> Keyring:
        """Every key of this service."""
        return Keyring.load(
            self.service,
            private_key=self.private_key.get_secret_value(),
            public_keys=self.public_keys,
            field_key=self.field_key.get_secret_value(),
            lookup_key=self.lookup_key.get_secret_value(),
            previous_private_key=_text(self.previous_private_key),
            previous_field_key=_text(self.previous_field_key),
            previous_lookup_key=_text(self.previous_lookup_key),
        )

    def public_url(self, service: ServiceName) -> str:
        """The address of a service as people see it, without a slash at the end."""
        return self.public_urls[service].rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.service not in self.public_urls:
            raise ValueError(f"{PREFIX}PUBLIC_URLS: the address of {self.service} is missing")
        if self.pool_minimum > self.pool_maximum:
            raise ValueError(f"{PREFIX}POOL_MINIMUM must not exceed {PREFIX}POOL_MAXIMUM")
        if self.prefetch < self.batch_size:
            raise ValueError(f"{PREFIX}PREFETCH must be at least {PREFIX}BATCH_SIZE, or no batch is ever full")
        exposed = [name for name, url in self.public_urls.items() if not _is_private(url)]
        if exposed and not self.demo:
            raise ValueError(f"{PREFIX}PUBLIC_URLS: outside demo mode these must be https: {', '.join(exposed)}")
        try:
            self.keyring()
            read_symmetric("session_key", self.session_key.get_secret_value(), None)
        except UnusableKey as error:
            raise ValueError(f"{PREFIX}… {error}") from None
        return self


def _text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
