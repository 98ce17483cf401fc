"""What people see of funding and can do: funds, awards, who waits for money, fees, evaluations, reports."""

from services.funding.web import awards, evaluations, evaluations_staff, fees, funds, reports, statements

ROUTERS = (
    statements.router,
    funds.router,
    awards.router,
    fees.router,
    evaluations_staff.router,
    evaluations.router,
    reports.router,
)
