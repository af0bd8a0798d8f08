import type { Part } from './migrate.ts'

/** The log of batches. AUTOINCREMENT: a position is never given twice, also after the last batch was forgotten. */
export const journalPart: Part = {
  name: 'journal',
  migrations: [
    `CREATE TABLE batch (
       position INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body BLOB NOT NULL
     ) STRICT;
     CREATE TABLE bookmark (source TEXT PRIMARY KEY, mark TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    // Where other databases number by themselves, they leave gaps.
    `CREATE TABLE batch_head (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
     INSERT INTO batch_head
       SELECT 1, coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'batch'), 0);`,
  ],
}

/** A snapshot counts once it is finished; its pieces are written one transaction each. */
export const snapshotsPart: Part = {
  name: 'snapshots',
  migrations: [
    `CREATE TABLE snapshot (
       id INTEGER PRIMARY KEY AUTOINCREMENT, position INTEGER NOT NULL, generation TEXT NOT NULL,
       pieces INTEGER
     ) STRICT;
     CREATE TABLE snapshot_piece (
       snapshot INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
       PRIMARY KEY (snapshot, number)
     ) STRICT;`,
  ],
}

/** What stands. `raised` is the position at which a finding first stood, for what the log has forgotten since. */
export const effectsPart: Part = {
  name: 'effects',
  migrations: [
    `CREATE TABLE finding (
       key TEXT PRIMARY KEY, revision REAL NOT NULL, raised INTEGER NOT NULL, body TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE incidents (
       root TEXT PRIMARY KEY, said TEXT NOT NULL, kept TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE emitted (
       one INTEGER PRIMARY KEY CHECK (one = 1), through INTEGER NOT NULL, generation TEXT NOT NULL
     ) STRICT;
     INSERT INTO emitted VALUES (1, 0, '');`,
    // Counted by its index, which spares reading the findings.
    `ALTER TABLE finding ADD COLUMN detection TEXT NOT NULL DEFAULT '';
     UPDATE finding SET detection = json_extract(body, '$.detection');
     CREATE INDEX finding_detection ON finding (detection);`,
  ],
}

export const deadLettersPart: Part = {
  name: 'dead-letters',
  migrations: [
    `CREATE TABLE dead_letter (
       number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, field TEXT NOT NULL,
       source TEXT NOT NULL, "offset" INTEGER NOT NULL, at INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE dead_letter_count (
       reason TEXT PRIMARY KEY, count INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX dead_letter_at ON dead_letter (at);`,
  ],
}

/** Incidents as people work on them. `owing` is when a case was last told in which something waits to be told. */
export const deskPart: Part = {
  name: 'desk',
  migrations: [
    `CREATE TABLE desk_case (
       handle TEXT PRIMARY KEY, "order" INTEGER NOT NULL, state TEXT NOT NULL, stands INTEGER NOT NULL,
       changed INTEGER NOT NULL, owing INTEGER, body TEXT NOT NULL
     ) STRICT;
     CREATE INDEX desk_case_changed ON desk_case (state, changed);
     CREATE INDEX desk_case_owing ON desk_case (owing) WHERE owing IS NOT NULL;
     CREATE TABLE desk_key (
       key TEXT PRIMARY KEY, handle TEXT NOT NULL, seq INTEGER NOT NULL, root TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX desk_key_handle ON desk_key (handle);
     CREATE INDEX desk_key_root ON desk_key (root) WHERE root <> '';
     CREATE INDEX desk_key_seq ON desk_key (seq);
     CREATE TABLE desk_event (
       number INTEGER PRIMARY KEY, handle TEXT NOT NULL, body TEXT NOT NULL
     ) STRICT;
     CREATE INDEX desk_event_handle ON desk_event (handle, number);
     CREATE INDEX desk_case_order ON desk_case ("order");`,
  ],
}

/** Deliveries. `done`: when it was delivered or given up. The number is the order of one incident to one destination. */
export const outboxPart: Part = {
  name: 'outbox',
  migrations: [
    `CREATE TABLE delivery (
       number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, "to" TEXT NOT NULL, incident TEXT NOT NULL,
       event TEXT NOT NULL, body TEXT NOT NULL, since INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
       due INTEGER NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', done INTEGER,
       UNIQUE ("to", id)
     ) STRICT;
     CREATE INDEX delivery_due ON delivery ("to", due) WHERE state = 'waiting';
     CREATE INDEX delivery_turn ON delivery ("to", incident, number) WHERE state = 'waiting';
     CREATE INDEX delivery_done ON delivery (done) WHERE done IS NOT NULL;
     CREATE INDEX delivery_state ON delivery (state, "to");`,
    'CREATE TABLE lane (name TEXT PRIMARY KEY, kind TEXT NOT NULL, severity TEXT NOT NULL) STRICT, WITHOUT ROWID;',
    `CREATE INDEX delivery_since ON delivery ("to", since) WHERE state = 'waiting';`,
  ],
}

/** Sources and the hashes of their tokens; a token itself is nowhere in the file. */
export const sourcesPart: Part = {
  name: 'sources',
  migrations: ['CREATE TABLE source (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT'],
}

/** Plans, orders, people's decisions and the audit. The triggers keep the program honest; the hashes tell of everybody else. */
export const containmentPart: Part = {
  name: 'containment',
  migrations: [
    `CREATE TABLE contain_order (
       key TEXT PRIMARY KEY, unit TEXT NOT NULL, episode INTEGER NOT NULL, state TEXT NOT NULL,
       sent INTEGER NOT NULL, by_machine INTEGER NOT NULL, body TEXT NOT NULL,
       UNIQUE (unit, episode)
     ) STRICT;
     CREATE INDEX contain_order_state ON contain_order (state);
     CREATE INDEX contain_order_sent ON contain_order (sent) WHERE sent > 0;
     CREATE TABLE contain_wanted (
       incident TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (incident, key)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX contain_wanted_key ON contain_wanted (key);
     CREATE TABLE contain_plan (incident TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
     CREATE INDEX contain_plan_at ON contain_plan (at);
     CREATE TABLE contain_control (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL) STRICT;
     CREATE TABLE contain_audit (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
     CREATE TABLE contain_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
     CREATE TRIGGER contain_audit_stays BEFORE UPDATE ON contain_audit
       BEGIN SELECT raise(ABORT, 'the audit is only appended to'); END;
     CREATE TRIGGER contain_audit_whole BEFORE DELETE ON contain_audit
       BEGIN SELECT raise(ABORT, 'the audit is only appended to'); END;`,
  ],
}

/** Four bytes a record, and a row for each stretch of time that a batch has uses in. */
export const recordIndexPart: Part = {
  name: 'record-index',
  migrations: [
    `CREATE TABLE batch_ids (
       position INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, ids BLOB NOT NULL
     ) STRICT;
     CREATE INDEX batch_ids_time ON batch_ids (last, first);`,
    // By the times of whole batches an old record was looked for among all that came since.
    `DROP TABLE batch_ids;
     CREATE TABLE batch_ids (
       number INTEGER PRIMARY KEY, position INTEGER NOT NULL, stretch INTEGER NOT NULL, ids BLOB NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX batch_ids_stretch ON batch_ids (stretch, position);
     CREATE INDEX batch_ids_position ON batch_ids (position);`,
  ],
}
