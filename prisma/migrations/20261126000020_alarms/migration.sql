-- CreateTable
CREATE TABLE "Alarm" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active_unacknowledged',
    "present" BOOLEAN NOT NULL DEFAULT true,
    "siteId" UUID NOT NULL,
    "gatewayId" UUID,
    "jobId" TEXT,
    "parentId" UUID,
    "message" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "occurrences" INTEGER NOT NULL DEFAULT 1,
    "raisedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastRaisedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "clearedAt" TIMESTAMPTZ(3),
    "acknowledgedAt" TIMESTAMPTZ(3),
    "acknowledgedBy" TEXT,
    "shelvedUntil" TIMESTAMPTZ(3),
    "shelvedBy" TEXT,
    "shelfReason" TEXT,
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Alarm_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AlarmEvent" (
    "id" BIGSERIAL NOT NULL,
    "alarmId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "event" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "message" TEXT NOT NULL,

    CONSTRAINT "AlarmEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NotificationChannel" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "config" JSONB NOT NULL,
    "sealedSecret" TEXT,
    "siteId" UUID,
    "leastPriority" INTEGER NOT NULL DEFAULT 3,
    "topics" TEXT[],
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "NotificationChannel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NotificationDelivery" (
    "id" UUID NOT NULL,
    "channelId" UUID NOT NULL,
    "alarmId" UUID,
    "topic" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMPTZ(3),
    "responseStatus" INTEGER,
    "latencyMs" INTEGER,
    "lastError" TEXT,
    "log" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "NotificationDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Alarm_siteId_closedAt_idx" ON "Alarm"("siteId", "closedAt");

-- CreateIndex
CREATE INDEX "Alarm_gatewayId_closedAt_idx" ON "Alarm"("gatewayId", "closedAt");

-- CreateIndex
CREATE INDEX "Alarm_parentId_idx" ON "Alarm"("parentId");

-- CreateIndex
CREATE INDEX "Alarm_raisedAt_id_idx" ON "Alarm"("raisedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "AlarmEvent_alarmId_id_idx" ON "AlarmEvent"("alarmId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "NotificationChannel_name_key" ON "NotificationChannel"("name");

-- CreateIndex
CREATE INDEX "NotificationDelivery_channelId_createdAt_id_idx" ON "NotificationDelivery"("channelId", "createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "NotificationDelivery_alarmId_idx" ON "NotificationDelivery"("alarmId");

-- AddForeignKey
ALTER TABLE "AlarmEvent" ADD CONSTRAINT "AlarmEvent_alarmId_fkey" FOREIGN KEY ("alarmId") REFERENCES "Alarm"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotificationDelivery" ADD CONSTRAINT "NotificationDelivery_channelId_fkey" FOREIGN KEY ("channelId") REFERENCES "NotificationChannel"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotificationDelivery" ADD CONSTRAINT "NotificationDelivery_alarmId_fkey" FOREIGN KEY ("alarmId") REFERENCES "Alarm"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One open alarm per source, however many programs see the same.
CREATE UNIQUE INDEX "Alarm_one_open" ON "Alarm" ("key") WHERE "closedAt" IS NULL;
-- What screens, counts and loops look at is a handful of all there ever were.
CREATE INDEX "Alarm_open" ON "Alarm" (priority, "lastRaisedAt" DESC, id DESC) WHERE "closedAt" IS NULL;
CREATE INDEX "Alarm_shelf_end" ON "Alarm" ("shelvedUntil") WHERE state = 'shelved';
CREATE INDEX "NotificationDelivery_due" ON "NotificationDelivery" ("nextAttemptAt") WHERE state = 'pending';
ALTER TABLE "Alarm" ALTER COLUMN "jobId" TYPE text COLLATE "C", ALTER COLUMN "key" TYPE text COLLATE "C";

-- The history of alarms is append-only, as the audit trail is.
CREATE FUNCTION fairlead_refuse_alarm_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'AlarmEvent is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER alarm_event_no_change BEFORE UPDATE OR DELETE ON "AlarmEvent" FOR EACH ROW EXECUTE FUNCTION fairlead_refuse_alarm_history_change();
CREATE TRIGGER alarm_event_no_truncate BEFORE TRUNCATE ON "AlarmEvent" FOR EACH STATEMENT EXECUTE FUNCTION fairlead_refuse_alarm_history_change();
