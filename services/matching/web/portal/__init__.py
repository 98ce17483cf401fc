"""The portal of therapists: signing in, what needs doing, offers, clients, sessions, one's own profile and papers."""

from services.matching.web.portal import clients, endings, home, offers, papers, profile, sessions, sign_in

ROUTERS = (
    sign_in.router,
    home.router,
    offers.router,
    clients.router,
    sessions.router,
    endings.router,
    profile.router,
    papers.router,
)
