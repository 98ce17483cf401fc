"""What `stopso up` shows when everything runs: where to go and whom to be."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from deploy.stopso import demo_people
from deploy.stopso.running_state import RunningState

PAGES = (
    ("Ask for help", "intake", "/"),
    ("Come back with a receipt", "intake", "/return"),
    ("Staff sign-in and live board", "notifications", "/board"),
    ("Triage queue", "intake", "/triage"),
    ("Therapists and offers", "matching", "/therapists"),
    ("Funds", "funding", "/funds"),
    ("Mail that would have been sent", "notifications", "/mail"),
    ("System", "notifications", "/system"),
)


def welcome(console: Console, state: RunningState, *, seconds: float, demo: bool) -> None:
    """Print the addresses and the demo sign-ins."""
    pages = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for title, service, path in PAGES:
        pages.add_row(title, f"[link]{state.address(service)}{path}[/link]")
    console.print(Panel(pages, title=f"StopSO runs · ready in {seconds:.1f} s", title_align="left", expand=False))
    if demo:
        people = Table("role", "sign in as", "password", box=None, padding=(0, 2, 0, 0))
        for name, _, roles in demo_people.STAFF:
            people.add_row(", ".join(roles), name, demo_people.PASSWORD)
        console.print(Panel(people, title="Demo sign-ins", title_align="left", expand=False))
        portal, mail = f"{state.address('matching')}/portal", f"{state.address('notifications')}/mail"
        console.print(
            f"As a therapist: open {portal}, enter the address to which an offer went, and open the link that appears"
            f" under {mail} in the same browser. As a funder: the same at {state.address('funding')}/funder, with"
            f" {demo_people.AT_A_FUNDER[1]}."
        )
    console.print("Logs: `.stopso/logs`. `make status` shows how it does. Ctrl-C stops everything.", style="dim")
