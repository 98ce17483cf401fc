"""What staff see of funding and can do: funds and their ledger, money in, awards, who waits for money, how it goes."""

from services.funding.web import awards, evaluations, evaluations_staff, funds

ROUTERS = (funds.router, awards.router, evaluations_staff.router, evaluations.router)
