"""What the other services are told about a referral, each only what it needs."""

from services.intake.domain.answers import Need, Submission
from services.intake.domain.codes import Outcome, Purpose
from services.intake.store.referrals import Referral
from shared.events.codes import DecidedBy, ReferralSource
from shared.events.intake import ReferralReceived, ReferralTriaged
from shared.events.sealed import CardProfile, MeansProfile, NeedProfile
from shared.kernel.errors import Conflict
from shared.messaging.transaction import Transaction


def tell_received(tx: Transaction, referral: Referral, asked: Submission) -> None:
    """Tell that somebody asked for help, with the little that a card shows."""
    need = asked.need
    card = CardProfile(
        client_group=need.client_group or "not-said",
        age_band=need.age_band,
        outward_code=need.outward_code,
        online_only=need.setting == "online",
        wants_acknowledgement=asked.contact.channel == "email",
    )
    tx.emit(
        ReferralReceived(
            referral_id=referral.referral_id,
            channel=referral.channel,
            source=referral.source,
            received_at=referral.received_at,
        ),
        seal={"notifications": card},
    )


def tell_triaged(
    tx: Transaction,
    referral: Referral,
    outcome: Outcome,
    decided_by: DecidedBy,
    need: Need,
    consents: frozenset[Purpose],
) -> None:
    """Tell what was decided; the profiles go along only when a therapist is to be looked for."""
    event = ReferralTriaged(
        referral_id=referral.referral_id,
        outcome=outcome,
        priority=referral.priority,
        decided_by=decided_by,
        received_at=referral.received_at,
    )
    if outcome != "suitable":
        tx.emit(event)
        return
    agreed = tuple(sorted(consents))
    means = _means_profile(need, agreed, referral.source)
    tx.emit(event, seal={"matching": _need_profile(need, agreed), "funding": means})


def _need_profile(need: Need, consents: tuple[Purpose, ...]) -> NeedProfile:
    if need.client_group is None:
        raise Conflict("kind-missing", "Say first what kind of help is needed.")
    return NeedProfile(
        client_group=need.client_group,
        age_band=need.age_band,
        legal_stage=need.legal_stage or "none",
        outward_code=need.outward_code,
        setting=need.setting,
        therapist_gender=need.therapist_gender,
        languages=need.languages,
        step_free_access=need.step_free_access,
        means=need.means,
        interpreter=need.other_language,
        affordable_per_session=need.affordable_per_session,
        conflict_tokens=need.conflict_tokens,
        consents=consents,
    )


def _means_profile(need: Need, consents: tuple[Purpose, ...], source: ReferralSource) -> MeansProfile:
    if need.client_group is None:
        raise Conflict("kind-missing", "Say first what kind of help is needed.")
    return MeansProfile(
        client_group=need.client_group,
        age_band=need.age_band,
        outward_code=need.outward_code,
        means=need.means,
        affordable_per_session=need.affordable_per_session,
        consents=consents,
        source=source if "statistics" in consents else None,
        legal_stage=need.legal_stage if "statistics" in consents else None,
    )
