"""The coarse profile of a referral: kept as ciphertext under a key of its own, and opened only for showing a card."""

from uuid import UUID

from services.notifications.store.board import ListedCard
from services.notifications.store.cards import KeptProfile
from shared.events.sealed import CardProfile
from shared.privacy import Erased, Keyring

COLUMN = "card.profile"


def keep_profile(referral_id: UUID, profile: CardProfile, keys: Keyring) -> KeptProfile:
    """The profile as it is kept: the area in clear, to narrow the board by; the rest is never searched by."""
    wrapped = keys.new_subject_key(str(referral_id))
    content = profile.model_dump_json(include={"client_group", "age_band", "online_only"})
    return KeptProfile(
        profile.outward_code, wrapped, keys.subject_key(str(referral_id), wrapped).encrypt_text(COLUMN, content)
    )


def open_profile(card: ListedCard, keys: Keyring) -> CardProfile | None:
    """The profile of a card; None where it has not come yet, or has been erased."""
    if card.profile is None:
        return None
    try:
        key = keys.subject_key(str(card.referral_id), card.wrapped_key)
    except Erased:
        return None
    return CardProfile.model_validate_json(key.decrypt_text(COLUMN, card.profile))
