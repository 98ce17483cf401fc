"""What people see of funding and can do: funds, awards, who waits for money, fees, evaluations, reports, funders."""

from services.funding.web import (
    awards,
    evaluations,
    evaluations_staff,
    fees,
    funder_contacts,
    funder_portal,
    funder_sign_in,
    funds,
    reports,
    statements,
)

ROUTERS = (
    statements.router,
    funds.router,
    awards.router,
    fees.router,
    evaluations_staff.router,
    evaluations.router,
    reports.router,
    funder_contacts.router,
    funder_sign_in.router,
    funder_portal.router,
)
