-- Clients also wait for the next match run, until they are ready, and while a safeguarding concern is open.

ALTER TABLE waiting DROP CONSTRAINT waiting_reason_check;
ALTER TABLE waiting ADD CONSTRAINT waiting_reason_check CHECK (reason IN (
    'nobody-near', 'no-such-skill', 'no-free-place', 'no-money', 'not-shared', 'everyone-asked', 'next-run',
    'client-not-ready', 'safeguarding'));
