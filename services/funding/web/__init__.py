"""What people see of funding and can do: funds, awards, who waits for money, fees, evaluations, reports, funders."""

from services.funding.web import (
    awards,
    bank_details,
    evaluations,
    evaluations_staff,
    fees,
    funder_contacts,
    funder_portal,
    funder_sign_in,
    funds,
    invoices,
    own_invoices,
    own_payments,
    payments,
    payments_by_clients,
    reports,
    statements,
)

ROUTERS = (
    statements.router,
    funds.router,
    awards.router,
    fees.router,
    own_payments.router,
    own_invoices.router,
    invoices.router,
    payments.router,
    bank_details.router,
    payments_by_clients.router,
    evaluations_staff.router,
    evaluations.router,
    reports.router,
    funder_contacts.router,
    funder_sign_in.router,
    funder_portal.router,
)
