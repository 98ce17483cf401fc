"""The figures of a simulation as tables for a terminal, and as a chart."""

from collections.abc import Callable, Sequence
from html import escape

from rich.console import Console
from rich.table import Table

from deploy.simulation.comparing import LONGEST_WAIT_WEEKS, Comparison, Strain
from deploy.simulation.report import Figures, gaps

ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("people who came", lambda one: f"{one.arrived:,}"),
    ("placed", lambda one: f"{one.placed:,} ({one.placed / max(1, one.arrived):.1%})"),
    ("still waiting", lambda one: f"{one.waiting:,}"),
    ("gave up", lambda one: f"{one.ended:,}"),
    ("nobody suits at all", lambda one: f"{one.nobody_suits:,}"),
    ("quality, share of hindsight", lambda one: f"{one.of_hindsight:.1%}"),
    ("same places, same waiting", lambda one: f"{one.of_own_windows:.1%}"),
    ("wait in days, median", lambda one: f"{one.wait_median:.0f}"),
    ("wait in days, 90 % below", lambda one: f"{one.wait_p90:.0f}"),
    ("offer in one working day", lambda one: f"{one.offered_in_one_working_day:.1%}"),
    ("accepted within 6 weeks", lambda one: f"{one.within_6_weeks:.1%}"),
    ("accepted within 18 weeks", lambda one: f"{one.within_18_weeks:.1%}"),
    ("kilometres, median", lambda one: f"{one.kilometres_median:.1f}"),
    ("online", lambda one: f"{one.online:.0%}"),
    ("therapists asked for each", lambda one: f"{one.asked_each:.2f}"),
    ("places in use", lambda one: f"{one.load:.0%} (at most {one.load_highest:.0%})"),
    ("therapists nobody went to", lambda one: f"{one.therapists_unused:.0%}"),
    ("given and promised", lambda one: f"£{one.given:,} · £{one.spent:,}"),
    ("waited for money", lambda one: f"{one.lacked_money:,}"),
)


def show_comparison(found: Comparison, console: Console) -> None:
    """Every policy as a column, then whom the first of them serves least and most."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", *(one.policy for one in found.figures)):
        table.add_column(heading, no_wrap=True)
    for name, value in ROWS:
        table.add_row(name, *(value(one) for one in found.figures))
    console.print(table)
    console.print(
        f"\nHindsight places {found.hindsight_placed:.0f}: it knows all arrivals, answers and lengths of therapies, "
        f"has money for everybody, and lets nobody wait more than {LONGEST_WAIT_WEEKS} weeks.\n"
    )
    fairness = Table("", "least placed", "most placed", box=None, padding=(0, 2, 0, 0))
    for kind, (least, most) in gaps(found.figures[0]).items():
        fairness.add_row(kind, *(f"{one.of} {one.placed:.0%}, {one.median_wait:.0f} days" for one in (least, most)))
    console.print(fairness)


def show_strains(strains: Sequence[Strain], console: Console) -> None:
    """One row for each multiple of the arrivals."""
    table = Table(
        "arrivals", "came", "placed", "wait, 90 %", "places in use", "no money", "no place", "nobody suits",
        "least placed groups", "least placed regions", box=None, padding=(0, 2, 0, 0),
    )  # fmt: skip
    for one in strains:
        table.add_row(
            f"×{one.times}", f"{one.arrived:,}", f"{one.placed:.0%}", f"{one.wait_p90:.0f} days", f"{one.load:.0%}",
            f"{one.out_of_money:,}", f"{one.no_place:,}", f"{one.nobody_suits:,}",
            ", ".join(one.worst_groups), ", ".join(one.worst_regions),
        )  # fmt: skip
    console.print(table)


def chart_of(found: Comparison) -> str:
    """Bars for the share of hindsight and of people placed, as an SVG that stands alone."""
    height = 60 + 64 * len(found.figures)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" font-family="sans-serif" role="img">',
        "<title>Quality of matches and people placed, by policy</title>",
        f'<rect width="720" height="{height}" fill="#fff"/>',
        '<rect x="180" y="14" width="14" height="14" fill="#1d70b8"/>',
        '<text x="200" y="26">quality, share of hindsight</text>',
        '<rect x="420" y="14" width="14" height="14" fill="#00703c"/>',
        '<text x="440" y="26">people placed</text>',
    ]
    for nth, one in enumerate(found.figures):
        top = 48 + 64 * nth
        parts.append(f'<text x="10" y="{top + 29}">{escape(one.policy)}</text>')
        for row, (share, colour) in enumerate(((one.of_hindsight, "#1d70b8"), (one.placed / one.arrived, "#00703c"))):
            y = top + 24 * row
            parts.append(f'<rect x="180" y="{y}" width="{480 * share:.0f}" height="20" fill="{colour}"/>')
            parts.append(f'<text x="{188 + 480 * share:.0f}" y="{y + 15}">{share:.1%}</text>')
    return "\n".join([*parts, "</svg>", ""])
