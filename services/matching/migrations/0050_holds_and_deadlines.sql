-- What stops matching for a client and their clocks, what staff must look at, and a next look for every match.

CREATE TABLE hold (
    hold_id     uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL,
    reason      text        NOT NULL CHECK (reason IN ('not-shared', 'safeguarding', 'client-not-ready')),
    since       timestamptz NOT NULL,
    look_at     timestamptz,
    lifted_at   timestamptz,
    CHECK ((reason = 'client-not-ready') = (look_at IS NOT NULL)),
    CHECK (lifted_at >= since)
);
CREATE INDEX hold_referral ON hold (referral_id);
COMMENT ON TABLE hold IS 'A concern may be told before the referral is suitable, so there is no foreign key.';

INSERT INTO hold (hold_id, referral_id, reason, since)
SELECT gen_random_uuid(), referral_id, 'not-shared', received_at FROM need WHERE NOT sharing_agreed AND state = 'open';

CREATE TABLE attention (
    match_id   uuid        NOT NULL REFERENCES match,
    kind       text        NOT NULL CHECK (kind IN (
        'funding-silent', 'no-contact', 'no-first-session', 'therapy-quiet', 'safeguarding', 'subsidy-ended', 'given-up',
        'decline-to-confirm')),
    since      timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (match_id, kind)
);
CREATE INDEX attention_open ON attention (since) WHERE settled_at IS NULL;

INSERT INTO timer (kind, key, lock_key, due_at, payload)
SELECT 'match-deadline', match_id::text, referral_id::text, now() + interval '1 day',
       jsonb_build_object('step', CASE state WHEN 'proposed' THEN 'funding-answer'
                                             WHEN 'accepted' THEN 'contact' ELSE 'therapy-news' END)
  FROM match WHERE state IN ('proposed', 'accepted', 'in-therapy')
ON CONFLICT DO NOTHING;
