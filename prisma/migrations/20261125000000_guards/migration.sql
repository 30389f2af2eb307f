-- One job at a time per gateway. A finished download that nobody installs yet rests and does not block (domain/jobs/phase-deadlines.ts: isResting).
CREATE UNIQUE INDEX "Job_one_running_per_gateway" ON "Job" ("gatewayId")
  WHERE "finishedAt" IS NULL AND NOT (state = 'downloaded' AND intent = 'download');

-- The audit trail is append-only, for everyone who uses this database role.
CREATE FUNCTION fairlead_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'AuditEvent is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION fairlead_refuse_audit_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON "AuditEvent" FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse_audit_change();

-- Byte order, so that keyset paging and versions sort as the code compares them, whatever the locale of the database.
ALTER TABLE "Release" ALTER COLUMN "versionSortKey" TYPE text COLLATE "C";
ALTER TABLE "Gateway" ALTER COLUMN name TYPE text COLLATE "C", ALTER COLUMN status TYPE text COLLATE "C",
  ALTER COLUMN "activeVersion" TYPE text COLLATE "C", ALTER COLUMN "hardwareRevision" TYPE text COLLATE "C", ALTER COLUMN "networkStatus" TYPE text COLLATE "C";
ALTER TABLE "Site" ALTER COLUMN code TYPE text COLLATE "C";
ALTER TABLE "Job" ALTER COLUMN id TYPE text COLLATE "C";

-- Deadlines and the relay look at unfinished work only.
CREATE INDEX "OutboxCommand_unanswered" ON "OutboxCommand" ("gatewayId", seq) WHERE "answeredAt" IS NULL;
