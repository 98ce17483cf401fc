"""The register of therapists; who they are is readable only with the therapist's own key."""

from collections.abc import Collection
from datetime import date, datetime

from services.matching.domain.distance import Point
from services.matching.domain.standings import Standing
from services.matching.domain.therapists import Entry, Therapist
from services.matching.store.signing_in import keep_address_hash
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring, SubjectKey

HASH_PURPOSE = "therapist.registration"


async def save_therapist(db: Connection, keys: Keyring, therapist: Therapist, now: datetime) -> None:
    """Add a therapist, or write everything that their entry says anew; standing and held places of one we have stay."""
    key = await key_for(db, keys, therapist.therapist_id)
    entry = therapist.entry
    await db.execute(
        """
        INSERT INTO therapist (
            therapist_id, registration_hash, registration, name, email, standing, client_groups, age_bands,
            legal_stages, child_clearance, outward_code, latitude, longitude, radius_km, online, gender, languages,
            step_free_access, session_fee, capacity_maximum, capacity_available, capacity_as_of,
            joined_at, file_maximum, file_available, file_fee, modalities, concession_fee)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23, $24, $25, $26, $27, $28)
        ON CONFLICT (therapist_id) DO UPDATE
           SET registration_hash = excluded.registration_hash, registration = excluded.registration,
               name = excluded.name, email = excluded.email,
               client_groups = excluded.client_groups, age_bands = excluded.age_bands,
               legal_stages = excluded.legal_stages,
               child_clearance = excluded.child_clearance, outward_code = excluded.outward_code,
               latitude = excluded.latitude, longitude = excluded.longitude, radius_km = excluded.radius_km,
               online = excluded.online, gender = excluded.gender, languages = excluded.languages,
               step_free_access = excluded.step_free_access, session_fee = excluded.session_fee,
               capacity_maximum = excluded.capacity_maximum, capacity_available = excluded.capacity_available,
               capacity_as_of = excluded.capacity_as_of,
               file_maximum = excluded.file_maximum, file_available = excluded.file_available,
               file_fee = excluded.file_fee,
               modalities = excluded.modalities, concession_fee = excluded.concession_fee
        """,
        therapist.therapist_id,
        keys.lookup_hash(HASH_PURPOSE, entry.registration_number),
        key.encrypt_text("therapist.registration", entry.registration_number),
        key.encrypt_text("therapist.name", entry.name),
        key.encrypt_text("therapist.email", entry.email),
        therapist.standing,
        list(entry.client_groups),
        list(entry.age_bands),
        list(entry.legal_stages),
        entry.child_clearance,
        entry.outward_code,
        therapist.point.latitude,
        therapist.point.longitude,
        entry.radius_km,
        entry.online,
        entry.gender,
        list(entry.languages),
        entry.step_free_access,
        entry.session_fee,
        entry.capacity_maximum,
        entry.capacity_available,
        therapist.capacity_as_of,
        now,
        *therapist.said_in_file,
        list(entry.modalities),
        entry.concession_fee,
    )
    await keep_address_hash(db, keys, therapist.therapist_id, entry.email)


async def therapist_by_id(
    db: Connection, keys: Keyring, therapist_id: TherapistId, *, lock: bool = False
) -> Therapist | None:
    """A therapist; with `lock`, nobody else changes the row until the transaction ends."""
    query = (
        "SELECT * FROM therapist WHERE therapist_id = $1 FOR NO KEY UPDATE"
        if lock
        else "SELECT * FROM therapist WHERE therapist_id = $1"
    )
    row = await db.fetchrow(query, therapist_id)
    opened = await keys_of(db, keys, [therapist_id]) if row else {}
    return _therapist(row, opened[therapist_id]) if row and therapist_id in opened else None


async def therapists_registered(db: Connection, keys: Keyring, numbers: Collection[str]) -> dict[str, Therapist]:
    """Those of these registration numbers that the register has."""
    hashes = {digest: number for number in numbers for digest in keys.lookup_hashes(HASH_PURPOSE, number)}
    rows = await db.fetch("SELECT * FROM therapist WHERE registration_hash = ANY($1::bytea[])", list(hashes))
    opened = await keys_of(db, keys, [row["therapist_id"] for row in rows])
    return {hashes[row["registration_hash"]]: _therapist(row, opened[row["therapist_id"]]) for row in rows}


async def all_therapists(db: Connection, keys: Keyring) -> list[Therapist]:
    """The whole register, for the registrar's page: the database cannot search names that it cannot read."""
    rows = await db.fetch("SELECT * FROM therapist ORDER BY joined_at, therapist_id")
    opened = await keys_of(db, keys, [row["therapist_id"] for row in rows])
    return [_therapist(row, opened[row["therapist_id"]]) for row in rows if row["therapist_id"] in opened]


async def names_of(db: Connection, keys: Keyring, therapist_ids: Collection[TherapistId]) -> dict[TherapistId, str]:
    """What these therapists are called."""
    rows = await db.fetch(
        "SELECT therapist_id, name FROM therapist WHERE therapist_id = ANY($1::uuid[])", list(therapist_ids)
    )
    opened = await keys_of(db, keys, [row["therapist_id"] for row in rows])
    return {
        row["therapist_id"]: opened[row["therapist_id"]].decrypt_text("therapist.name", row["name"])
        for row in rows
        if row["therapist_id"] in opened
    }


async def set_standing(db: Connection, therapist_id: TherapistId, standing: Standing) -> None:
    """Move a therapist's standing; the caller has asked the table of moves."""
    await db.execute("UPDATE therapist SET standing = $2 WHERE therapist_id = $1", therapist_id, standing)


async def set_verified(db: Connection, keys: Keyring, therapist_id: TherapistId, *, on: date, by: str) -> None:
    """Note who has checked an entry, and on which day."""
    key = await key_for(db, keys, therapist_id)
    await db.execute(
        "UPDATE therapist SET verified_on = $2, verified_by = $3 WHERE therapist_id = $1",
        therapist_id,
        on,
        key.encrypt_text("therapist.verified_by", by),
    )


def _therapist(row: Record, key: SubjectKey) -> Therapist:
    entry = Entry(
        registration_number=key.decrypt_text("therapist.registration", row["registration"]),
        name=key.decrypt_text("therapist.name", row["name"]),
        email=key.decrypt_text("therapist.email", row["email"]),
        client_groups=tuple(row["client_groups"]),
        age_bands=tuple(row["age_bands"]),
        legal_stages=tuple(row["legal_stages"]),
        child_clearance=row["child_clearance"],
        outward_code=row["outward_code"],
        radius_km=row["radius_km"],
        online=row["online"],
        gender=row["gender"],
        languages=tuple(row["languages"]),
        step_free_access=row["step_free_access"],
        session_fee=row["session_fee"],
        capacity_maximum=row["capacity_maximum"],
        capacity_available=row["capacity_available"],
        modalities=tuple(row["modalities"]),
        concession_fee=row["concession_fee"],
    )
    as_of: date = row["capacity_as_of"]
    verified_by: bytes | None = row["verified_by"]
    return Therapist(
        therapist_id=row["therapist_id"],
        entry=entry,
        point=Point(row["latitude"], row["longitude"]),
        standing=row["standing"],
        places_held=row["places_held"],
        capacity_as_of=as_of,
        said_in_file=(row["file_maximum"], row["file_available"], row["file_fee"]),
        fees_overdue=row["fees_overdue"],
        paused_until=row["paused_until"],
        verified_on=row["verified_on"],
        verified_by=key.decrypt_text("therapist.verified_by", verified_by) if verified_by else "",
        support_group_since=row["support_group_since"],
    )
