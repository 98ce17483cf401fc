"""The course of one simulated year: places taken and freed, offers answered, clients who begin, wait on or give up."""

from collections import defaultdict
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Literal

from deploy.simulation.clients import Client
from deploy.simulation.money import MONTH, Paid, Purse
from deploy.simulation.setup import Run, date_of
from deploy.simulation.suiting import World
from deploy.simulation.therapists import answer_of
from services.matching.domain.declines import DECLINES
from services.matching.domain.money import money_for
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.policy import Policy

What = Literal["place-freed", "money", "answer", "gives-up"]
State = Literal["waiting", "no-money", "offered", "placed", "ended"]
ANSWERS = Policy(
    reply_hours={"routine": 72, "urgent": 24, "immediate": 4},
    remind_after_percent=50,
    look_again_hours=24,
    sessions_planned=10,
    weights_version=2,
)
"""What the charity decides by default."""


@dataclass(slots=True)
class Fate:
    """What became of one client so far; days are None until they come."""

    state: State = "waiting"
    therapist: int | None = None
    worth: int = 0
    kilometres: float | None = None
    offered_on: int | None = None
    proposed_on: int = 0
    placed_on: int | None = None
    asked: int = 0
    lacked_money: bool = False
    charity_pays: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """A place of a therapist was free from a day until the day on which it was given to somebody, or to the end."""

    therapist: int
    opened: int
    taken: int


@dataclass(frozen=True, order=True, slots=True)
class Due:
    """Something that happens on a day; `order` sorts what happens on the same one."""

    day: int
    order: int
    number: int
    what: What
    therapist: int = -1
    client: int = -1


class Course:
    """The state of a run; every change keeps places and money as they must be, or raises."""

    def __init__(self, run: Run, world: World) -> None:
        self.run, self.world, self.day = run, world, 0
        self.purse = Purse(run.setup)
        self.fates: dict[int, Fate] = {}
        self.waiting: dict[int, Client] = {}
        self.free = [one.candidate.capacity_maximum - len(one.busy_until) for one in world.therapists]
        self.held = [0] * len(world.therapists)
        self.windows: list[Window] = []
        self._open = [[one.joins] * free for one, free in zip(world.therapists, self.free, strict=True)]
        self._opened: dict[int, int] = {}
        self.paused_until: dict[int, int] = defaultdict(int)
        self.asked: dict[int, list[int]] = defaultdict(list)
        self.tried: set[int] = set()
        self.index_of = {one.candidate.therapist_id: one.index for one in world.therapists}
        self.pays: dict[int, Paid] = {}
        self.money_came = False
        self._due: list[Due] = []
        self._number = 0
        for one in world.therapists:
            for day in one.busy_until:
                self._later(day, 0, "place-freed", therapist=one.index)
        for day in range(0, run.setup.all_weeks * 7, MONTH):
            self._later(day, 2, "money")

    def until_today(self, day: int) -> None:
        """Let everything happen up to this day, in order; what it brings about may come due on the same day."""
        self.day = day
        while self._due and self._due[0].day <= day:
            self._happens(heappop(self._due))

    def arrives(self, client: Client) -> None:
        """Somebody asks for help."""
        self.fates[client.number] = Fate()
        self.waiting[client.number] = client
        self._later(client.gives_up, 3, "gives-up", client=client.number)

    def candidates_for(self, client: Client, *, free_only: bool = False) -> list[Candidate]:
        """Everybody whom no lasting rule excludes, as they stand today; the moment's rules are left to the rules."""
        found = (suits.therapist for suits in self.world.suitable[client.number])
        return [self.candidate(index, client.number) for index in found if self.free[index] > 0 or not free_only]

    def candidate(self, index: int, client: int | None = None) -> Candidate:
        """One therapist as they stand today, for one client or for anybody."""
        therapist = self.world.therapists[index]
        here = therapist.is_here(self.day) and self.paused_until[index] <= self.day
        return replace(
            therapist.candidate,
            standing="active" if here else "paused",
            capacity_available=self.free[index],
            asked_before=client is not None and index in self.asked[client],
        )

    def need_of(self, client: Client) -> Need:
        """What the client needs, with the money that may pay for them today."""
        return replace(client.need, money=money_for(client.need, self.purse.outlook, date_of(self.day)))

    def propose(self, client: Client, therapist: int) -> None:
        """Take a place and ask for money; the offer goes out, or the client waits for money and the place is free."""
        fate = self.fates[client.number]
        candidate = self.candidate(therapist, client.number)
        if self.free[therapist] < 1 or candidate.standing != "active" or candidate.asked_before:
            raise RuntimeError("a proposal breaks a rule")
        del self.waiting[client.number]
        fate.therapist = therapist
        paid = self.purse.pay(client, candidate.session_fee, ANSWERS.sessions_planned, self.day)
        if paid is None:
            fate.state, fate.lacked_money = "no-money", True
            return
        self.free[therapist] -= 1
        self.held[therapist] += 1
        self._opened[client.number] = self._open[therapist].pop(0)
        self.pays[client.number] = paid
        fate.state, fate.asked, fate.proposed_on = "offered", fate.asked + 1, self.day
        fate.offered_on = self.day if fate.offered_on is None else fate.offered_on
        answer = answer_of(self.run.setup, ANSWERS, client, self.world.therapists[therapist])
        self._later(self.day + answer.days, 4, "answer", therapist=therapist, client=client.number)

    def waiting_for_money(self) -> list[Client]:
        """Those for whom no fund has enough."""
        return [self.world.clients[number] for number, fate in self.fates.items() if fate.state == "no-money"]

    def look_for_money_again(self, client: Client) -> int | None:
        """Let somebody who waits for money be looked at again; gives the therapist who was thought of."""
        fate = self.fates[client.number]
        before, fate.state, fate.therapist = fate.therapist, "waiting", None
        self.waiting[client.number] = client
        return before

    def windows_to(self, end: int) -> list[Window]:
        """Every window of a free place so far, with those that nobody used."""
        unused = (Window(index, opened, end) for index, open_ in enumerate(self._open) for opened in open_)
        return [*self.windows, *unused]

    def places_expected(self, ordinary_weeks: int) -> dict[tuple[int, int], int]:
        """Places by therapist and week from now in which they are free, those in use after an ordinary therapy."""
        found: dict[tuple[int, int], int] = defaultdict(int)
        for one in self.world.therapists:
            if one.is_here(self.day):
                found[one.index, 0] += self.free[one.index]
        for number, fate in self.fates.items():
            if number in self.pays and fate.therapist is not None:
                begun = self.day if fate.placed_on is None else fate.placed_on
                found[fate.therapist, max(1, ordinary_weeks - (self.day - begun) // 7)] += 1
        for due in self._due:
            if due.what == "place-freed" and due.client < 0:
                found[due.therapist, min(ordinary_weeks, max(1, (due.day - self.day) // 7))] += 1
        return found

    def _happens(self, due: Due) -> None:
        if due.what == "place-freed":
            self._free_place(due)
        elif due.what == "money":
            self.purse.receive_month(due.day)
            self.money_came = True
        elif due.what == "answer":
            self._answered(due)
        elif due.what == "gives-up":
            self._gives_up(due)

    def _answered(self, due: Due) -> None:
        client, therapist = self.world.clients[due.client], self.world.therapists[due.therapist]
        fate = self.fates[due.client]
        if fate.state != "offered":
            return
        answer = answer_of(self.run.setup, ANSWERS, client, therapist)
        if answer.reply == "accept":
            suits = next(one for one in self.world.suitable[due.client] if one.therapist == due.therapist)
            fate.state, fate.placed_on = "placed", self.day
            fate.worth, fate.kilometres = suits.worth, suits.kilometres
            self.windows.append(Window(due.therapist, self._opened.pop(due.client), fate.proposed_on))
            fate.charity_pays = self.pays[due.client].total
            self._later(fate.placed_on + client.weeks * 7, 0, "place-freed", therapist=due.therapist, client=due.client)
            return
        self.asked[due.client].append(due.therapist)
        self.tried.add(due.client)
        self._open[due.therapist].insert(0, self._opened.pop(due.client))
        if answer.reply == "decline" and DECLINES[answer.reason].consequence == "therapist-pauses":
            self.paused_until[due.therapist] = self.day + answer.pause
        self._let_go(due.client, due.therapist)
        fate.state, fate.therapist = "waiting", None
        if self.day < client.gives_up:
            self.waiting[due.client] = client
        else:
            fate.state = "ended"

    def _free_place(self, due: Due) -> None:
        self._open[due.therapist].append(self.day)
        if due.client < 0:
            self.free[due.therapist] += 1
            return
        self._let_go(due.client, due.therapist, used=self.world.clients[due.client].weeks)

    def _let_go(self, client: int, therapist: int, *, used: int = 0) -> None:
        self.free[therapist] += 1
        self.held[therapist] -= 1
        self.money_came |= self.purse.give_back(self.pays.pop(client), used=used, day=self.day)

    def _gives_up(self, due: Due) -> None:
        fate = self.fates[due.client]
        if fate.state in ("waiting", "no-money"):
            self.waiting.pop(due.client, None)
            fate.state, fate.therapist = "ended", None

    def _later(
        self,
        day: int,
        order: int,
        what: What,
        *,
        therapist: int = -1,
        client: int = -1,
    ) -> None:
        self._number += 1
        heappush(self._due, Due(day, order, self._number, what, therapist, client))
