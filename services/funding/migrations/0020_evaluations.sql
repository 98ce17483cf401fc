-- Therapies as funding follows them, the forms that are asked, and the answers, under the referral's own key.

ALTER TABLE referral
    ADD COLUMN evaluation_agreed boolean NOT NULL DEFAULT false,
    ADD COLUMN statistics_agreed boolean NOT NULL DEFAULT false;

CREATE TABLE therapy_course (
    match_id     uuid        PRIMARY KEY,
    referral_id  uuid        NOT NULL,
    therapist_id uuid        NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    labels       bytea,
    outcome      text        CHECK (outcome IN ('completed', 'ended-early'))
);
CREATE INDEX therapy_course_of_referral ON therapy_course (referral_id);

CREATE TABLE attended_session (
    session_id  uuid    PRIMARY KEY,
    match_id    uuid    NOT NULL,
    referral_id uuid    NOT NULL,
    held_on     date    NOT NULL,
    number      integer NOT NULL CHECK (number > 0)
);
CREATE INDEX attended_session_of_match ON attended_session (match_id, held_on);

CREATE TABLE questionnaire (
    code      text        NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,40}$'),
    version   integer     NOT NULL CHECK (version > 0),
    content   jsonb       NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE questionnaire IS 'words of forms; the highest version of a code is the one that is asked';

CREATE TABLE evaluation (
    evaluation_id uuid        PRIMARY KEY,
    match_id      uuid        NOT NULL,
    referral_id   uuid        NOT NULL,
    therapist_id  uuid        NOT NULL,
    moment        text        NOT NULL CHECK (moment IN ('start', 'review', 'end')),
    respondent    text        NOT NULL CHECK (respondent IN ('client', 'therapist')),
    parts         jsonb       NOT NULL,
    state         text        NOT NULL CHECK (state IN ('due', 'begun', 'done', 'closed')),
    due_at        timestamptz NOT NULL,
    reminded      integer     NOT NULL DEFAULT 0,
    alerted       boolean     NOT NULL DEFAULT false,
    answers       bytea,
    answered_by   text        NOT NULL DEFAULT '',
    changed_at    timestamptz NOT NULL,
    UNIQUE (match_id, moment, respondent)
);
CREATE INDEX evaluation_of_referral ON evaluation (referral_id);
CREATE INDEX evaluation_open ON evaluation (due_at) WHERE state IN ('due', 'begun');

CREATE TABLE evaluation_link (
    token_hash    text        PRIMARY KEY,
    evaluation_id uuid        NOT NULL REFERENCES evaluation ON DELETE CASCADE,
    made_at       timestamptz NOT NULL
);
CREATE INDEX evaluation_link_of ON evaluation_link (evaluation_id);

CREATE TABLE outcome (
    match_id    uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL,
    scored_on   date        NOT NULL,
    result      bytea       NOT NULL
);
CREATE INDEX outcome_of_referral ON outcome (referral_id);

INSERT INTO questionnaire (code, version, content) VALUES
    ('phq-9', 1, '{"code": "phq-9", "version": 1, "title": "How you have been feeling", "lead": "Over the last 2 weeks, how often have you been bothered by any of the following problems?", "notice": "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc. No permission required to reproduce, translate, display or distribute.", "measure": "phq-9", "questions": [{"key": "1", "text": "Little interest or pleasure in doing things", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "2", "text": "Feeling down, depressed, or hopeless", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "3", "text": "Trouble falling or staying asleep, or sleeping too much", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "4", "text": "Feeling tired or having little energy", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "5", "text": "Poor appetite or overeating", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "6", "text": "Feeling bad about yourself — or that you are a failure or have let yourself or your family down", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "7", "text": "Trouble concentrating on things, such as reading the newspaper or watching television", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "8", "text": "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or restless that you have been moving around a lot more than usual", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "9", "text": "Thoughts that you would be better off dead or of hurting yourself in some way", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}]}'),
    ('gad-7', 1, '{"code": "gad-7", "version": 1, "title": "Worry and tension", "lead": "Over the last 2 weeks, how often have you been bothered by any of the following problems?", "notice": "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc. No permission required to reproduce, translate, display or distribute.", "measure": "gad-7", "questions": [{"key": "1", "text": "Feeling nervous, anxious or on edge", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "2", "text": "Not being able to stop or control worrying", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "3", "text": "Worrying too much about different things", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "4", "text": "Trouble relaxing", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "5", "text": "Being so restless that it is hard to sit still", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "6", "text": "Becoming easily annoyed or irritable", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}, {"key": "7", "text": "Feeling afraid as if something awful might happen", "options": [["0", "Not at all"], ["1", "Several days"], ["2", "More than half the days"], ["3", "Nearly every day"]]}]}'),
    ('about-you', 1, '{"code": "about-you", "version": 1, "title": "About you", "lead": "This helps us to see whom we reach. It is only counted, together with many others.", "notice": "", "measure": null, "questions": [{"key": "gender", "text": "Which of these describes you?", "options": [["female", "Woman or girl"], ["male", "Man or boy"], ["other", "In another way"], ["not-said", "I would rather not say"]]}]}'),
    ('about-you-young', 1, '{"code": "about-you-young", "version": 1, "title": "About you", "lead": "What is usual differs with age, so these two make your answers count rightly.", "notice": "", "measure": null, "questions": [{"key": "age", "text": "How old are you?", "options": [["11", "11"], ["12", "12"], ["13", "13"], ["14", "14"], ["15", "15"], ["16", "16"], ["17", "17"], ["not-said", "Another age, or I would rather not say"]]}, {"key": "gender", "text": "Which of these describes you?", "options": [["female", "Woman or girl"], ["male", "Man or boy"], ["other", "In another way"], ["not-said", "I would rather not say"]]}]}'),
    ('your-hopes', 1, '{"code": "your-hopes", "version": 1, "title": "What you hoped for", "lead": "", "notice": "", "measure": null, "questions": [{"key": "desired", "text": "Think of what you hoped for when you began. How far have you got?", "options": [["achieved", "I have reached it"], ["partly", "I have reached part of it"], ["not", "I have not reached it"], ["not-said", "I would rather not say"]]}]}'),
    ('therapist-start', 1, '{"code": "therapist-start", "version": 1, "title": "At the beginning", "lead": "", "notice": "", "measure": null, "questions": [{"key": "ready", "text": "How ready is this person to work on what they came for?", "options": [["very", "Very"], ["fairly", "Fairly"], ["little", "A little"], ["not", "Not yet"], ["not-said", "I cannot say"]]}]}'),
    ('therapist-view', 1, '{"code": "therapist-view", "version": 1, "title": "As you see it", "lead": "", "notice": "", "measure": null, "questions": [{"key": "progress", "text": "Compared with the beginning, how are things for this person?", "options": [["better", "Better"], ["same", "About the same"], ["worse", "Worse"], ["not-said", "I cannot say"]]}, {"key": "desired", "text": "How far have they got with what they hoped for?", "options": [["achieved", "They have reached it"], ["partly", "They have reached part of it"], ["not", "They have not reached it"], ["not-said", "I cannot say"]]}]}');
