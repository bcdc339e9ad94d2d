-- What the care-unit ids of removed connections began with; empty where that was nothing. Clients may remember such ids.
CREATE TABLE used_tags (
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    ehr TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (application_id, ehr, tag)
);
