"""What staff see of funding and can do: funds and their ledger, money in, awards and those who wait for money."""

from services.funding.web import awards, funds

ROUTERS = (funds.router, awards.router)
