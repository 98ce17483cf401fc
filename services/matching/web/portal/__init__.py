"""The portal of therapists: signing in, what needs doing, offers, clients and their sessions, and one's own profile."""

from services.matching.web.portal import clients, endings, home, offers, profile, sessions, sign_in

ROUTERS = (
    sign_in.router,
    home.router,
    offers.router,
    clients.router,
    sessions.router,
    endings.router,
    profile.router,
)
