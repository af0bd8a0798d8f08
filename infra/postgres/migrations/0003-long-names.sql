-- A row of a B-tree holds at most a third of a page, and names come from whoever attacks: they are told apart by a digest, and
-- found by a hash. Every database of Keytrail speaks UTF-8, so the digest of a text never changes.
CREATE FUNCTION digest_of(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8'))
$$;

ALTER TABLE bookmark DROP CONSTRAINT bookmark_pkey;
CREATE UNIQUE INDEX bookmark_once ON bookmark (digest_of(source));
CREATE INDEX bookmark_source ON bookmark USING hash (source);

ALTER TABLE finding DROP CONSTRAINT finding_pkey;
CREATE UNIQUE INDEX finding_once ON finding (digest_of(key));
CREATE INDEX finding_key ON finding USING hash (key);

ALTER TABLE incidents DROP CONSTRAINT incidents_pkey;
CREATE UNIQUE INDEX incidents_once ON incidents (digest_of(root));
CREATE INDEX incidents_root ON incidents USING hash (root);

ALTER TABLE desk_key DROP CONSTRAINT desk_key_pkey;
CREATE UNIQUE INDEX desk_key_once ON desk_key (digest_of(key));
CREATE INDEX desk_key_key ON desk_key USING hash (key);
DROP INDEX desk_key_root;
CREATE INDEX desk_key_root ON desk_key USING hash (root);

ALTER TABLE contain_order DROP CONSTRAINT contain_order_pkey;
ALTER TABLE contain_order DROP CONSTRAINT contain_order_unit_episode_key;
CREATE UNIQUE INDEX contain_order_once ON contain_order (digest_of(key));
CREATE INDEX contain_order_key ON contain_order USING hash (key);
CREATE UNIQUE INDEX contain_order_episode ON contain_order (digest_of(unit), episode);
CREATE INDEX contain_order_unit ON contain_order USING hash (unit);
ALTER TABLE contain_wanted DROP CONSTRAINT contain_wanted_pkey;
DROP INDEX contain_wanted_key;
CREATE UNIQUE INDEX contain_wanted_once ON contain_wanted (incident, digest_of(key));
CREATE INDEX contain_wanted_key ON contain_wanted USING hash (key);
