"""The checker: looks at a system that has come to rest and says, in sentences, everything that is not as it must be."""

from tests.faults import accounting, conversation, owning
from tests.faults.evidence import Evidence

MOST_SHOWN = 30


def violations(evidence: Evidence) -> list[str]:
    """Every breach of every rule; none means that nothing was lost, doubled, reordered or left without an owner."""
    return [*conversation.violations(evidence), *owning.violations(evidence), *accounting.violations(evidence)]


def report(breaches: list[str]) -> str:
    """The breaches as text, the first of many."""
    more = [f"... and {len(breaches) - MOST_SHOWN} more"] if len(breaches) > MOST_SHOWN else []
    return "\n".join([f"{len(breaches)} violations", *breaches[:MOST_SHOWN], *more])
