-- Least rights for those who work with the tables. An administrator runs it once the tables are there, which the first start of
-- keytrail serve as their owner makes, and again after an update that brings tables; then grants each login one of these:
--   GRANT keytrail_serve TO …;
-- Only the owner can change tables, so start an update once as the owner.

DO $$
DECLARE role TEXT;
BEGIN
  FOREACH role IN ARRAY ARRAY['keytrail_serve', 'keytrail_person', 'keytrail_look'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA keytrail TO %I', role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA keytrail TO %I', role);
  END LOOP;
END
$$;

-- keytrail serve. The audit is only appended to, and what was migrated only read.
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keytrail TO keytrail_serve;
REVOKE UPDATE, DELETE ON keytrail.contain_audit FROM keytrail_serve;
REVOKE INSERT, UPDATE, DELETE ON keytrail.migration FROM keytrail_serve;

-- People: incidents, contain, approve, deny, alerts. What was logged, what stands and who may speak is not theirs.
GRANT INSERT, UPDATE ON
  keytrail.desk_case, keytrail.desk_key, keytrail.desk_event, keytrail.contain_order,
  keytrail.contain_plan, keytrail.contain_control, keytrail.contain_head
TO keytrail_person;
GRANT INSERT, UPDATE, DELETE ON keytrail.delivery TO keytrail_person;
GRANT INSERT, DELETE ON keytrail.contain_wanted TO keytrail_person;
GRANT DELETE ON keytrail.contain_plan TO keytrail_person;
GRANT INSERT ON keytrail.contain_audit TO keytrail_person;
