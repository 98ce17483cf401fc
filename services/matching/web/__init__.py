"""What people see of matching and can do: therapists their offers by link, staff the register and the matches."""

from services.matching.web import episodes, matches, offers, portal, therapists

ROUTERS = (offers.router, therapists.router, matches.router, episodes.router, *portal.ROUTERS)
