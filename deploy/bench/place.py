"""Where one stage of the chain stands: its database, its broker, the queue it hears and the queue it fills."""

import os
from dataclasses import dataclass
from typing import Self

VARIABLE = "STOPSO_BENCH_"


@dataclass(frozen=True, slots=True)
class Place:
    """One stage's surroundings, handed to its process through the environment."""

    database_url: str
    broker_url: str
    hears: str
    fills: str

    def environment(self) -> dict[str, str]:
        """The variables from which `read` makes the same again."""
        return {
            f"{VARIABLE}DATABASE_URL": self.database_url,
            f"{VARIABLE}BROKER_URL": self.broker_url,
            f"{VARIABLE}HEARS": self.hears,
            f"{VARIABLE}FILLS": self.fills,
        }

    @classmethod
    def read(cls) -> Self:
        """This process's place."""
        names = ("DATABASE_URL", "BROKER_URL", "HEARS", "FILLS")
        return cls(*(os.environ[VARIABLE + name] for name in names))
