"""The pages of notifications: sign-in, board, referral, deliveries, dead letters, system and caught mail."""

from services.notifications.web import board, dead_letters, deliveries, endpoints, mail, referrals, stream, system
from shared.web.sign_in import router as sign_in
from shared.web.sign_out import router as sign_out

ROUTERS = (
    sign_in,
    sign_out,
    board.router,
    stream.router,
    referrals.router,
    endpoints.router,
    deliveries.router,
    dead_letters.router,
    system.router,
    mail.router,
)
