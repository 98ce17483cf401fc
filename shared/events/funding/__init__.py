"""What funding tells the others."""

from shared.events.funding.evaluations import (
    EvaluationDue,
    OutcomeScored,
    RiskAnswered,
)
from shared.events.funding.funds import (
    FunderLetterRequested,
    FundingOutlookChanged,
    FundMilestoneReached,
    FundReceived,
    FundThresholdCrossed,
    MoneyLine,
    ReportPublished,
)
from shared.events.funding.subsidies import (
    MeansWanted,
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    SubsidyNotNeeded,
    SubsidyReleased,
    SubsidyToppedUp,
    SubsidyWaitlisted,
)
from shared.events.funding.therapists import (
    InvoiceDecided,
    TherapistBankDetailsEntered,
    TherapistFeeDue,
    TherapistFeeOverdue,
    TherapistFeeSettled,
)

__all__ = [
    "EvaluationDue",
    "FundMilestoneReached",
    "FundReceived",
    "FundThresholdCrossed",
    "FunderLetterRequested",
    "FundingOutlookChanged",
    "InvoiceDecided",
    "MeansWanted",
    "MoneyLine",
    "OutcomeScored",
    "ReportPublished",
    "RiskAnswered",
    "SubsidyApprovalDecided",
    "SubsidyApprovalWanted",
    "SubsidyGranted",
    "SubsidyNotNeeded",
    "SubsidyReleased",
    "SubsidyToppedUp",
    "SubsidyWaitlisted",
    "TherapistBankDetailsEntered",
    "TherapistFeeDue",
    "TherapistFeeOverdue",
    "TherapistFeeSettled",
]
