"""Why a stranger's file is not taken; kept apart from what reads files, which only the process apart has to load."""

from typing import Literal, get_args

Unusable = Literal["unknown", "damaged", "encrypted", "too-large", "too-many-pages", "empty"]
UNUSABLE: tuple[Unusable, ...] = get_args(Unusable)
