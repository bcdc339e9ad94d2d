CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    -- SHA-256 of the client secret's text.
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    name TEXT NOT NULL
) STRICT;

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    ehr TEXT NOT NULL,
    name TEXT NOT NULL,
    tag TEXT CHECK (tag <> ''),
    mode TEXT NOT NULL CHECK (mode IN ('sandbox', 'live')),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    note_mapping TEXT NOT NULL CHECK (json_valid(note_mapping))
) STRICT;

-- One connection of an application to an EHR has no tag, and every tag is taken once.
CREATE UNIQUE INDEX connections_by_tag ON connections (application_id, ehr, ifnull(tag, ''));
