-- Who works at which place of the hops, and the state from which work goes on there.
CREATE TABLE seat (
  place TEXT COLLATE "C" PRIMARY KEY,
  holder TEXT COLLATE "C" NOT NULL DEFAULT '',
  epoch BIGINT NOT NULL DEFAULT 0,
  generation TEXT NOT NULL DEFAULT '',
  unit BIGINT NOT NULL DEFAULT 0,
  position BIGINT NOT NULL DEFAULT 0,
  state BYTEA
);
-- Already packed.
ALTER TABLE seat ALTER COLUMN state SET STORAGE EXTERNAL;
CREATE TABLE seat_holder (
  holder TEXT COLLATE "C" PRIMARY KEY,
  places TEXT NOT NULL,
  until TIMESTAMPTZ NOT NULL
);
