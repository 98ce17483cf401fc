-- Funders and finance are written to as well; nothing changes but what the columns are said to hold.

COMMENT ON COLUMN delivery.recipient IS 'client, therapist:<id>, person:<id of therapist or application>, funder:<id>, staff:<id>, mailbox (safeguarding), finance (its mailbox) or endpoint:<id>; never an address';
COMMENT ON COLUMN delivery.letter IS 'the link of a question, or the address and link of an offer or a letter, encrypted, wiped with its key once it is sent';
