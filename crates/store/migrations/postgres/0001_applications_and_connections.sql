CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Milliseconds since 1970, here and everywhere.
    created_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    -- SHA-256 of the secret's text.
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    -- The application's data key, wrapped for this secret and then for that master key.
    master_key TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

-- One secret is in use; others run out.
CREATE UNIQUE INDEX client_secrets_in_use ON client_secrets (application_id) WHERE expires_at IS NULL;

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    -- Grows with every change.
    version BIGINT NOT NULL,
    ehr TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    tag TEXT CHECK (tag <> ''),
    mode TEXT NOT NULL CHECK (mode IN ('sandbox', 'live')),
    enabled BOOLEAN NOT NULL,
    settings TEXT NOT NULL,
    note_mapping TEXT NOT NULL,
    -- By operation, why this connection cannot carry it out.
    unavailable TEXT NOT NULL
);

-- One connection of an application to an EHR has no tag, and every tag is taken once.
CREATE UNIQUE INDEX connections_by_tag ON connections (application_id, ehr, coalesce(tag, ''));

CREATE UNIQUE INDEX connections_by_name ON connections (application_id, ehr, name);

CREATE TABLE connection_secrets (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Sealed with the application's data key.
    sealed BYTEA NOT NULL,
    PRIMARY KEY (connection_id, name)
);

-- Grows with every change of the tables above, so that every node notices.
CREATE TABLE revision (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL
);

INSERT INTO revision (one, number) VALUES (1, 1);
