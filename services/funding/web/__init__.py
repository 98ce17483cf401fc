"""What people see of funding and can do: funds, money in, awards, who waits for money, evaluations, reports."""

from services.funding.web import awards, evaluations, evaluations_staff, funds, reports, statements

ROUTERS = (statements.router, funds.router, awards.router, evaluations_staff.router, evaluations.router, reports.router)
