"""What every event is: a frozen, thin, additive fact with a type, a key that orders it, and sealed private blocks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PrivateAttr

from shared.kernel.ids import EventId, ServiceName

SealedBlocks = Annotated[dict[ServiceName, str], PlainSerializer(lambda blocks: dict(sorted(blocks.items())))]

Seals = dict[ServiceName, type[BaseModel]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event came from: its id, when it was told (UTC), and its number among those of its key."""

    event_id: EventId
    time: datetime
    sequence: int


class Event(BaseModel):
    """A fact that one service tells the others. In clear are ids, status codes, pence, dates and coarse codes only."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, ser_json_bytes="base64")

    type: ClassVar[str]
    """`speaker.kebab-fact.vN`: the routing key's beginning and the CloudEvents type."""
    key: ClassVar[str]
    """The name of the field whose value orders this event among others (the aggregate's id)."""
    seals: ClassVar[Seals] = {}
    """Which service receives a sealed block with this event, and of what shape."""

    sealed: SealedBlocks = Field(default_factory=dict)
    """Recipient → compact JWE, bound to this event's id."""

    _origin: Origin | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Origin:
        """Where this event came from; only events that were received have one."""
        if self._origin is None:
            raise LookupError("this event has not travelled")
        return self._origin

    def received(self, origin: Origin) -> "Event":
        """Note where the event came from, and give it back."""
        self._origin = origin
        return self

    @property
    def key_value(self) -> str:
        """The value of the key field, as text."""
        return str(getattr(self, self.key))

    @classmethod
    def speaker(cls) -> str:
        """The service that tells this event."""
        return cls.type.split(".", 1)[0]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Refuse an event class that does not say its type and key."""
        super().__pydantic_init_subclass__(**kwargs)
        speaker, fact, version = cls.type.split(".")
        if not version.startswith("v") or not version[1:].isdigit() or not speaker or not fact:
            raise TypeError(f"{cls.__name__}.type must read speaker.kebab-fact.vN, not {cls.type!r}")
        if cls.key not in cls.model_fields:
            raise TypeError(f"{cls.__name__}.key names {cls.key!r}, which is not a field")
