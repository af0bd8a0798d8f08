-- What keytrail serve keeps. Texts are ordered by code point, as everywhere in Keytrail, whatever the locale of the database.
-- Times are epoch ms unless they are the database's own. Forward only: a change is another file.

CREATE TABLE batch (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  body BYTEA NOT NULL
);
-- Already packed.
ALTER TABLE batch ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX batch_at ON batch (at);
CREATE TABLE batch_head (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  position BIGINT NOT NULL
);
INSERT INTO batch_head VALUES (1, 0);
CREATE TABLE bookmark (
  source TEXT COLLATE "C" PRIMARY KEY,
  mark TEXT NOT NULL
);

CREATE TABLE snapshot (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position BIGINT NOT NULL,
  generation TEXT NOT NULL,
  pieces INTEGER
);
CREATE TABLE snapshot_piece (
  snapshot BIGINT NOT NULL,
  number INTEGER NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (snapshot, number)
);
ALTER TABLE snapshot_piece ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE finding (
  key TEXT COLLATE "C" PRIMARY KEY,
  revision DOUBLE PRECISION NOT NULL,
  raised BIGINT NOT NULL,
  body TEXT NOT NULL,
  detection TEXT COLLATE "C" NOT NULL
);
CREATE INDEX finding_detection ON finding (detection);
CREATE TABLE incidents (
  root TEXT COLLATE "C" PRIMARY KEY,
  said TEXT NOT NULL,
  kept TEXT NOT NULL
);
CREATE TABLE emitted (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  through BIGINT NOT NULL,
  generation TEXT NOT NULL
);
INSERT INTO emitted VALUES (1, 0, '');

CREATE TABLE dead_letter (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  reason TEXT COLLATE "C" NOT NULL,
  field TEXT NOT NULL,
  source TEXT NOT NULL,
  "offset" BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX dead_letter_at ON dead_letter (at);
CREATE TABLE dead_letter_count (
  reason TEXT COLLATE "C" PRIMARY KEY,
  count BIGINT NOT NULL
);

CREATE TABLE desk_case (
  handle TEXT COLLATE "C" PRIMARY KEY,
  "order" BIGINT NOT NULL,
  state TEXT NOT NULL,
  stands SMALLINT NOT NULL,
  changed BIGINT NOT NULL,
  owing BIGINT,
  body TEXT NOT NULL
);
CREATE INDEX desk_case_changed ON desk_case (state, changed);
CREATE INDEX desk_case_owing ON desk_case (owing) WHERE owing IS NOT NULL;
CREATE INDEX desk_case_order ON desk_case ("order");
CREATE TABLE desk_key (
  key TEXT COLLATE "C" PRIMARY KEY,
  handle TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  root TEXT COLLATE "C" NOT NULL
);
CREATE INDEX desk_key_handle ON desk_key (handle);
CREATE INDEX desk_key_root ON desk_key (root) WHERE root <> '';
CREATE INDEX desk_key_seq ON desk_key (seq);
CREATE TABLE desk_event (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handle TEXT COLLATE "C" NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX desk_event_handle ON desk_event (handle, number);

CREATE TABLE delivery (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL,
  "to" TEXT COLLATE "C" NOT NULL,
  incident TEXT COLLATE "C" NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  since BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  due BIGINT NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  done BIGINT,
  UNIQUE ("to", id)
);
CREATE INDEX delivery_due ON delivery ("to", due) WHERE state = 'waiting';
CREATE INDEX delivery_turn ON delivery ("to", incident, number) WHERE state = 'waiting';
CREATE INDEX delivery_since ON delivery ("to", since) WHERE state = 'waiting';
CREATE INDEX delivery_done ON delivery (done) WHERE done IS NOT NULL;
CREATE INDEX delivery_state ON delivery (state, "to");
CREATE TABLE lane (
  name TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL
);

-- Hashes of tokens; a token itself is nowhere in the database.
CREATE TABLE source (
  name TEXT COLLATE "C" PRIMARY KEY,
  body TEXT NOT NULL
);

CREATE TABLE contain_order (
  key TEXT COLLATE "C" PRIMARY KEY,
  unit TEXT COLLATE "C" NOT NULL,
  episode BIGINT NOT NULL,
  state TEXT NOT NULL,
  sent BIGINT NOT NULL,
  by_machine SMALLINT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (unit, episode)
);
CREATE INDEX contain_order_state ON contain_order (state);
CREATE INDEX contain_order_sent ON contain_order (sent) WHERE sent > 0;
CREATE TABLE contain_wanted (
  incident TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (incident, key)
);
CREATE INDEX contain_wanted_key ON contain_wanted (key);
CREATE TABLE contain_plan (
  incident TEXT COLLATE "C" PRIMARY KEY,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX contain_plan_at ON contain_plan (at);
CREATE TABLE contain_control (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  body TEXT NOT NULL
);
CREATE TABLE contain_audit (
  seq BIGINT PRIMARY KEY,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE TABLE contain_head (
  one SMALLINT PRIMARY KEY CHECK (one = 1),
  seq BIGINT NOT NULL,
  hash TEXT NOT NULL
);
-- They keep the program honest; the hashes tell of everybody else.
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only appended to';
END
$$;
CREATE TRIGGER contain_audit_is_kept BEFORE UPDATE OR DELETE ON contain_audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER contain_audit_is_whole BEFORE TRUNCATE ON contain_audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();

-- Which uses a logged batch has: by stretch of event time four bytes a record.
CREATE TABLE batch_ids (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position BIGINT NOT NULL,
  stretch BIGINT NOT NULL,
  ids BYTEA NOT NULL,
  UNIQUE (stretch, position)
);
ALTER TABLE batch_ids ALTER COLUMN ids SET STORAGE EXTERNAL;
CREATE INDEX batch_ids_position ON batch_ids (position);

-- Who may write, one row for each thing that only one process does at a time. Whoever takes a lease counts its epoch up, and
-- each transaction of a holder asks for its own epoch first: one that was thought dead writes nothing any more.
CREATE TABLE lease (
  name TEXT COLLATE "C" PRIMARY KEY,
  epoch BIGINT NOT NULL,
  holder TEXT NOT NULL,
  until TIMESTAMPTZ NOT NULL
);
