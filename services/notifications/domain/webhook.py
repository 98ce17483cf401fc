"""What funders are told by webhook: thin facts about their own fund, and nothing about any client."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

TYPES = {
    "funding.fund-received": "fund.received",
    "funding.fund-threshold-crossed": "fund.threshold_crossed",
    "funding.fund-milestone-reached": "fund.milestone_reached",
    "funding.report-published": "report.published",
}
"""Kind of our event → type of the webhook."""
FIELDS = {
    "fund.received": ("fund_id", "amount"),
    "fund.threshold_crossed": ("fund_id", "percent_used"),
    "fund.milestone_reached": ("fund_id", "milestone", "day"),
    "report.published": ("report_id", "fund_id", "from_day", "until_day", "sha256"),
}


def payload_for(kind: str, details: Mapping[str, Any], at: datetime) -> str:
    """The body as it is signed and sent: type, time, and the few fields of its type."""
    hook = TYPES[kind]
    told = {name: details[name] for name in FIELDS[hook]}
    return json.dumps({"type": hook, "timestamp": at.isoformat(), "data": told}, separators=(",", ":"), sort_keys=True)
