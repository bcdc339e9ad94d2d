-- Who touched which patient: one chain of rows for each node. Rows are added at its end and deleted at its beginning, never changed.
CREATE TABLE access_log (
    node TEXT COLLATE "C" NOT NULL,
    -- From 1, without gaps.
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    at BIGINT NOT NULL,
    application TEXT NOT NULL,
    client_id TEXT NOT NULL,
    actor TEXT,
    ehr TEXT NOT NULL,
    connection TEXT,
    care_unit TEXT,
    action TEXT NOT NULL,
    -- HMACs of the patient's id and of how the request named the patient.
    patient BYTEA CHECK (length(patient) = 32),
    named BYTEA CHECK (length(named) = 32),
    -- Both, sealed to the operator's public key.
    sealed BYTEA,
    outcome TEXT NOT NULL,
    request TEXT NOT NULL,
    audit_key TEXT NOT NULL,
    -- Authenticates the row and the mac of the row before it.
    mac BYTEA NOT NULL CHECK (length(mac) = 32),
    PRIMARY KEY (node, sequence)
);

CREATE INDEX access_log_by_time ON access_log (at, node, sequence);
CREATE INDEX access_log_by_patient ON access_log (patient) WHERE patient IS NOT NULL;
CREATE INDEX access_log_by_name ON access_log (named) WHERE named IS NOT NULL;

-- How far each chain goes (its head), and up to where it was pruned (its checkpoint; 0 if it never was).
CREATE TABLE access_log_marks (
    node TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('head', 'checkpoint')),
    sequence BIGINT NOT NULL CHECK (sequence >= 0),
    mac BYTEA NOT NULL CHECK (length(mac) = 32),
    audit_key TEXT NOT NULL,
    authenticator BYTEA NOT NULL CHECK (length(authenticator) = 32),
    PRIMARY KEY (node, kind)
);

-- Which nodes have a chain, as a JSON array.
CREATE TABLE access_log_roster (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    nodes TEXT NOT NULL,
    audit_key TEXT NOT NULL,
    authenticator BYTEA NOT NULL CHECK (length(authenticator) = 32)
);
