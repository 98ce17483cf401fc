-- The register of therapists, the needs of clients, and what was decided between them.

CREATE TABLE subject_key (
    subject text  PRIMARY KEY,
    wrapped bytea NOT NULL
);
COMMENT ON TABLE subject_key IS 'The wrapped key of one therapist or referral; deleting the row erases what is encrypted under it.';

CREATE TABLE outcode (
    outcode   text             PRIMARY KEY CHECK (outcode ~ '^[A-Z]{1,2}[0-9][A-Z0-9]?$'),
    latitude  double precision NOT NULL CHECK (latitude BETWEEN 49 AND 61.5),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -9 AND 3)
);

CREATE TABLE therapist (
    therapist_id       uuid             PRIMARY KEY,
    registration_hash  bytea            NOT NULL UNIQUE,
    registration       bytea            NOT NULL,
    name               bytea            NOT NULL,
    email              bytea            NOT NULL,
    standing           text             NOT NULL
        CHECK (standing IN ('approved', 'active', 'paused', 'lapsed', 'suspended', 'removed', 'left')),
    client_groups      text[]           NOT NULL,
    age_bands          text[]           NOT NULL,
    legal_stages       text[]           NOT NULL,
    child_clearance    boolean          NOT NULL,
    outward_code       text             NOT NULL,
    latitude           double precision NOT NULL,
    longitude          double precision NOT NULL,
    radius_km          integer          NOT NULL CHECK (radius_km BETWEEN 1 AND 500),
    online             boolean          NOT NULL,
    gender             text             NOT NULL CHECK (gender IN ('woman', 'man')),
    languages          text[]           NOT NULL,
    step_free_access   boolean          NOT NULL,
    session_fee        integer          NOT NULL CHECK (session_fee BETWEEN 0 AND 100000),
    capacity_maximum   integer          NOT NULL CHECK (capacity_maximum >= 0),
    capacity_available integer          NOT NULL CHECK (capacity_available >= 0),
    places_held        integer          NOT NULL DEFAULT 0 CHECK (places_held >= 0),
    capacity_as_of     date             NOT NULL,
    file_maximum       integer          NOT NULL,
    file_available     integer          NOT NULL,
    joined_at          timestamptz      NOT NULL,
    -- A box that holds every place within the travel radius (a degree of latitude is more than 110 km), for the index.
    reach              box              NOT NULL GENERATED ALWAYS AS (
        box(
            point(longitude - radius_km / (110.0 * cosd(latitude)), latitude - radius_km / 110.0),
            point(longitude + radius_km / (110.0 * cosd(latitude)), latitude + radius_km / 110.0)
        )
    ) STORED,
    CONSTRAINT never_more_places_than_there_are CHECK (capacity_available + places_held <= capacity_maximum)
);
CREATE INDEX therapist_reach ON therapist USING gist (reach);
CREATE INDEX therapist_online ON therapist (therapist_id) WHERE online;

CREATE TABLE need (
    referral_id    uuid        PRIMARY KEY,
    state          text        NOT NULL CHECK (state IN ('open', 'finished', 'closed')),
    priority       text        NOT NULL CHECK (priority IN ('routine', 'urgent', 'immediate')),
    received_at    timestamptz NOT NULL,
    sharing_agreed boolean     NOT NULL,
    profile        bytea       NOT NULL
);

CREATE TABLE waiting (
    referral_id  uuid        PRIMARY KEY REFERENCES need,
    reason       text        NOT NULL
        CHECK (reason IN ('nobody-near', 'no-such-skill', 'no-free-place', 'no-money', 'not-shared', 'everyone-asked')),
    since        timestamptz NOT NULL,
    next_look_at timestamptz NOT NULL
);
CREATE INDEX waiting_reason ON waiting (reason);

CREATE TABLE match (
    match_id         uuid        PRIMARY KEY,
    referral_id      uuid        NOT NULL REFERENCES need,
    therapist_id     uuid        NOT NULL REFERENCES therapist,
    state            text        NOT NULL CHECK (state IN (
        'proposed', 'waiting-for-funds', 'offered', 'accepted', 'in-therapy',
        'declined', 'expired', 'withdrawn', 'completed', 'ended-early')),
    setting          text        NOT NULL CHECK (setting IN ('in-person', 'online')),
    session_fee      integer     NOT NULL,
    sessions_planned integer     NOT NULL,
    subsidy          integer,
    contribution     integer,
    proposed_at      timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    end_reason       text,
    holds_place      boolean     NOT NULL GENERATED ALWAYS AS (state IN ('proposed', 'offered', 'accepted', 'in-therapy')) STORED
);
CREATE UNIQUE INDEX match_one_live_per_referral ON match (referral_id)
    WHERE state IN ('proposed', 'waiting-for-funds', 'offered', 'accepted', 'in-therapy');
CREATE INDEX match_therapist ON match (therapist_id);
CREATE INDEX match_referral ON match (referral_id);
CREATE INDEX match_latest ON match (changed_at DESC, match_id);

CREATE TABLE offer (
    offer_id    uuid        PRIMARY KEY,
    match_id    uuid        NOT NULL UNIQUE REFERENCES match,
    state       text        NOT NULL CHECK (state IN ('sent', 'acknowledged', 'accepted', 'declined', 'expired', 'withdrawn')),
    sent_at     timestamptz NOT NULL,
    reply_by    timestamptz NOT NULL,
    answered_at timestamptz,
    reason      text
);

CREATE TABLE offer_link (
    token_hash bytea       PRIMARY KEY,
    offer_id   uuid        NOT NULL REFERENCES offer,
    made_at    timestamptz NOT NULL
);
COMMENT ON TABLE offer_link IS 'SHA-256 of the 256-bit tokens in the mails about an offer; the tokens themselves are not kept.';

CREATE TABLE asked_pair (
    referral_id  uuid        NOT NULL REFERENCES need,
    therapist_id uuid        NOT NULL REFERENCES therapist,
    outcome      text        NOT NULL,
    for_ever     boolean     NOT NULL,
    asked_at     timestamptz NOT NULL,
    PRIMARY KEY (referral_id, therapist_id)
);

CREATE TABLE explanation (
    explanation_id uuid        PRIMARY KEY,
    referral_id    uuid        NOT NULL REFERENCES need,
    match_id       uuid        UNIQUE REFERENCES match,
    outcome        text        NOT NULL,
    weights        integer     NOT NULL,
    made_at        timestamptz NOT NULL,
    content        bytea       NOT NULL
);
CREATE INDEX explanation_referral ON explanation (referral_id, made_at DESC);

CREATE TABLE weights (
    version      integer     PRIMARY KEY,
    distance     integer     NOT NULL CHECK (distance >= 0),
    fee          integer     NOT NULL CHECK (fee >= 0),
    free_places  integer     NOT NULL CHECK (free_places >= 0),
    specialism   integer     NOT NULL CHECK (specialism >= 0),
    published_at timestamptz NOT NULL
);
INSERT INTO weights VALUES (1, 40, 25, 20, 15, '2026-01-01T00:00:00Z');

CREATE FUNCTION published_weights_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published weights never change: publish a new version';
END;
$$;
CREATE TRIGGER published_weights_stay BEFORE UPDATE OR DELETE ON weights
    FOR EACH ROW EXECUTE FUNCTION published_weights_stay();
