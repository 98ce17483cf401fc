CREATE TABLE tally (
    subject  text   NOT NULL PRIMARY KEY,
    count    bigint NOT NULL,
    last     bigint NOT NULL,
    checksum bigint NOT NULL
) WITH (fillfactor = 70);
