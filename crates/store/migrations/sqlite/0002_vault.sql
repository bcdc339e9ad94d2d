-- Until now only sandboxes kept anything, and they make it anew at every start.
DROP TABLE connections;
DROP TABLE applications;

CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- Milliseconds since 1970, here and everywhere.
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE client_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    -- SHA-256 of the secret's text.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- The application's data key, wrapped for this secret and then for that master key.
    master_key TEXT NOT NULL,
    wrapped_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

-- One secret is in use; others run out.
CREATE UNIQUE INDEX client_secrets_in_use ON client_secrets (application_id) WHERE expires_at IS NULL;

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    -- Grows with every change.
    version INTEGER NOT NULL,
    ehr TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    tag TEXT CHECK (tag <> ''),
    mode TEXT NOT NULL CHECK (mode IN ('sandbox', 'live')),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    note_mapping TEXT NOT NULL CHECK (json_valid(note_mapping)),
    -- By operation, why this connection cannot carry it out.
    unavailable TEXT NOT NULL CHECK (json_valid(unavailable))
) STRICT;

-- One connection of an application to an EHR has no tag, and every tag is taken once.
CREATE UNIQUE INDEX connections_by_tag ON connections (application_id, ehr, coalesce(tag, ''));

CREATE UNIQUE INDEX connections_by_name ON connections (application_id, ehr, name);

CREATE TABLE connection_secrets (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Sealed with the application's data key.
    sealed BLOB NOT NULL,
    PRIMARY KEY (connection_id, name)
) STRICT;

-- Grows with every change of the tables above, so that every node notices.
CREATE TABLE revision (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL
) STRICT;

INSERT INTO revision (one, number) VALUES (1, 1);
