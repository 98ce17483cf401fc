"""Money is whole pence, never a float."""

from typing import NewType

Pence = NewType("Pence", int)


def pounds(amount: Pence) -> str:
    """The amount as people read it, e.g. `£1,234.50`; whole pounds lose the pence."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}£{whole:,}" if rest == 0 else f"{sign}£{whole:,}.{rest:02d}"
