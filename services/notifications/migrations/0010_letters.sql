-- Letters to therapists, referees and supervisors are deliveries too; which kinds there are, the code says.

ALTER TABLE delivery DROP CONSTRAINT delivery_purpose_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_purpose_check CHECK (purpose ~ '^[a-z][a-z-]{2,40}$');

COMMENT ON COLUMN delivery.recipient IS 'client, therapist:<id>, person:<id of therapist or application>, staff:<id>, mailbox or endpoint:<id>; never an address';
COMMENT ON COLUMN delivery.letter IS 'the address and link of an offer or a letter, encrypted, wiped with its key once it is sent';
