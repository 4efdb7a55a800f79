-- How letters and mails came out, counted since this table is there: 'sent', or the reason why not.
CREATE TABLE outcome (
    channel text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (channel, outcome)
);
