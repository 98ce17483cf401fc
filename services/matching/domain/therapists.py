"""A therapist as the register keeps them."""

from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.capacity import Capacity
from services.matching.domain.distance import Point
from services.matching.domain.standings import Standing
from services.matching.domain.vocabulary import AgeBand, ClientGroup, Gender, LegalStage, Modality
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Everything that a therapist's file says; what the charity decides (standing, places held) is beside it.

    Fees are those in force today; without a concession fee there is no concession.
    """

    registration_number: str
    name: str
    email: str
    client_groups: tuple[ClientGroup, ...]
    age_bands: tuple[AgeBand, ...]
    legal_stages: tuple[LegalStage, ...]
    child_clearance: bool
    outward_code: str
    radius_km: int
    online: bool
    gender: Gender
    languages: tuple[str, ...]
    step_free_access: bool
    session_fee: Pence
    capacity_maximum: int
    capacity_available: int
    modalities: tuple[Modality, ...] = ()
    concession_fee: Pence | None = None

    def completed_from(self, known: "Entry") -> "Entry":
        """The same with what a file may leave out, and this one did, taken from what is known already."""
        return replace(
            self,
            modalities=self.modalities or known.modalities,
            concession_fee=known.concession_fee if self.concession_fee is None else self.concession_fee,
        )


@dataclass(frozen=True, slots=True)
class Therapist:
    """An entry of the register with its id, standing and places."""

    therapist_id: TherapistId
    entry: Entry
    point: Point
    standing: Standing
    places_held: int
    capacity_as_of: date
    said_in_file: tuple[int, int, int]
    """Places in all, free ones and the fee as the last file said, so that reading an old file again undoes nothing."""
    fees_overdue: bool = False
    paused_until: date | None = None
    verified_on: date | None = None
    verified_by: str = ""
    support_group_since: date | None = None

    @property
    def capacity(self) -> Capacity:
        """The places as they are now."""
        return Capacity(
            self.entry.capacity_maximum, self.entry.capacity_available, self.places_held, self.capacity_as_of
        )

    def described_like(self, entry: Entry) -> bool:
        """Whether an entry says what is known already, places and fee aside."""
        own = self.entry
        return own == replace(
            entry,
            capacity_maximum=own.capacity_maximum,
            capacity_available=own.capacity_available,
            session_fee=own.session_fee,
        )
