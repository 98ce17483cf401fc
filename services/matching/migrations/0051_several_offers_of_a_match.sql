-- A match may be offered to several therapists at once; a decline may need confirming; staff act for therapists.

ALTER TABLE offer ADD COLUMN therapist_id uuid REFERENCES therapist;
ALTER TABLE offer ADD COLUMN session_fee integer;
UPDATE offer SET therapist_id = match.therapist_id, session_fee = match.session_fee
  FROM match WHERE match.match_id = offer.match_id;
ALTER TABLE offer ALTER COLUMN therapist_id SET NOT NULL;
ALTER TABLE offer ALTER COLUMN session_fee SET NOT NULL;
ALTER TABLE offer DROP CONSTRAINT offer_match_id_key;
ALTER TABLE offer ADD CONSTRAINT offer_once_for_each_therapist UNIQUE (match_id, therapist_id);
CREATE UNIQUE INDEX offer_one_accepted_per_match ON offer (match_id) WHERE state = 'accepted';
ALTER TABLE offer DROP CONSTRAINT offer_state_check;
ALTER TABLE offer ADD CONSTRAINT offer_state_check CHECK (state IN (
    'sent', 'acknowledged', 'declining', 'accepted', 'declined', 'expired', 'withdrawn'));

ALTER TABLE need DROP CONSTRAINT need_state_check;
ALTER TABLE need ADD CONSTRAINT need_state_check CHECK (state IN ('open', 'with-triage', 'finished', 'closed'));
ALTER TABLE need ADD COLUMN episode integer NOT NULL DEFAULT 1 CHECK (episode > 0);

CREATE TABLE offer_note (
    note_id  uuid        PRIMARY KEY,
    offer_id uuid        NOT NULL REFERENCES offer,
    kind     text        NOT NULL CHECK (kind IN (
        'acknowledged', 'accepted', 'declined', 'given-up', 'withdrawn', 'extended', 'confirmed', 'overridden')),
    noted_at timestamptz NOT NULL,
    noted_by text        NOT NULL,
    words    bytea       NOT NULL
);
CREATE INDEX offer_note_offer ON offer_note (offer_id, noted_at);

CREATE TABLE milestone (
    referral_id uuid        NOT NULL REFERENCES need,
    episode     integer     NOT NULL,
    kind        text        NOT NULL CHECK (kind IN
        ('received', 'someone-free', 'offered', 'accepted', 'contact', 'first-session')),
    reached_at  timestamptz NOT NULL,
    PRIMARY KEY (referral_id, episode, kind)
);

INSERT INTO milestone (referral_id, episode, kind, reached_at)
SELECT referral_id, 1, 'received', received_at FROM need
UNION ALL
SELECT referral_id, 1, 'someone-free', min(proposed_at) FROM match GROUP BY referral_id
UNION ALL
SELECT referral_id, 1, 'offered', min(sent_at) FROM match JOIN offer USING (match_id) GROUP BY referral_id
UNION ALL
SELECT referral_id, 1, 'accepted', min(answered_at)
  FROM match JOIN offer USING (match_id) WHERE offer.state = 'accepted' GROUP BY referral_id;
