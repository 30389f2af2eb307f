-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "pinHash" TEXT,
    "disabledAt" TIMESTAMPTZ(3),
    "failedSignIns" INTEGER NOT NULL DEFAULT 0,
    "failedSignInsSinceAt" TIMESTAMPTZ(3),
    "lockedUntil" TIMESTAMPTZ(3),
    "lastSignInAt" TIMESTAMPTZ(3),
    "sessionEpoch" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RoleAssignment" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "siteId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RoleAssignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "role" TEXT,
    "gatewayId" UUID,
    "expiresAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyRecord" (
    "principalId" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "bodyHash" TEXT NOT NULL,
    "status" INTEGER,
    "responseBody" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdempotencyRecord_pkey" PRIMARY KEY ("principalId","key")
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT NOT NULL,
    "actorType" TEXT NOT NULL,
    "actorId" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "ip" TEXT,
    "objectType" TEXT NOT NULL,
    "objectId" TEXT NOT NULL,
    "siteId" UUID,
    "result" TEXT NOT NULL,
    "reason" TEXT,
    "data" JSONB NOT NULL,
    "requestId" TEXT,

    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "StreamEvent" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "StreamEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Gateway" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "siteId" UUID NOT NULL,
    "craneId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "serialNumber" TEXT NOT NULL,
    "hardwareRevision" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "enrolledAt" TIMESTAMPTZ(3),
    "credentialVerifier" TEXT,
    "lastCommandSeq" BIGINT NOT NULL DEFAULT 0,
    "eventEpoch" TEXT,
    "lastEventN" BIGINT NOT NULL DEFAULT 0,
    "pastEventEpochs" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "status" TEXT NOT NULL DEFAULT 'offline',
    "connected" BOOLEAN NOT NULL DEFAULT false,
    "connectedAt" TIMESTAMPTZ(3),
    "disconnectedAt" TIMESTAMPTZ(3),
    "lastSeenAt" TIMESTAMPTZ(3),
    "agentVersion" TEXT,
    "osVersion" TEXT,
    "kernel" TEXT,
    "bootloader" TEXT,
    "activeSlot" TEXT,
    "activeVersion" TEXT,
    "bootId" TEXT,
    "bootedAt" TIMESTAMPTZ(3),
    "lastOtaAt" TIMESTAMPTZ(3),
    "rollbackCount" INTEGER NOT NULL DEFAULT 0,
    "networkStatus" TEXT NOT NULL DEFAULT 'disconnected',
    "safetyBlocked" BOOLEAN NOT NULL DEFAULT true,
    "lastCheckAt" TIMESTAMPTZ(3),

    CONSTRAINT "Gateway_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Slot" (
    "gatewayId" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "version" TEXT,
    "sha256" TEXT,
    "status" TEXT NOT NULL,
    "health" TEXT NOT NULL DEFAULT 'good',
    "bootCount" INTEGER NOT NULL DEFAULT 0,
    "sizeBytes" BIGINT NOT NULL,
    "usedBytes" BIGINT NOT NULL,
    "nextBoot" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Slot_pkey" PRIMARY KEY ("gatewayId","id")
);

-- CreateTable
CREATE TABLE "GatewaySettings" (
    "gatewayId" UUID NOT NULL,
    "body" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "GatewaySettings_pkey" PRIMARY KEY ("gatewayId")
);

-- CreateTable
CREATE TABLE "EnrolmentToken" (
    "id" UUID NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "createdBy" UUID,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EnrolmentToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OutboxCommand" (
    "id" UUID NOT NULL,
    "gatewayId" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "jobId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "notBeforeAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "answeredAt" TIMESTAMPTZ(3),
    "resultCode" TEXT,
    "resultText" TEXT,

    CONSTRAINT "OutboxCommand_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SigningKey" (
    "kid" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "publicJwk" JSONB NOT NULL,
    "sealedJwk" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMPTZ(3),

    CONSTRAINT "SigningKey_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "Job" (
    "id" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "releaseId" UUID,
    "type" TEXT NOT NULL,
    "intent" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'offered',
    "heldState" TEXT,
    "requestedAction" TEXT,
    "strategy" TEXT,
    "installationId" TEXT,
    "fromVersion" TEXT,
    "toVersion" TEXT NOT NULL,
    "artifactSha256" TEXT,
    "targetSlot" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "initiatedById" UUID,
    "initiatedBy" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "reportSeq" BIGINT NOT NULL DEFAULT 0,
    "percent" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "bytesDone" BIGINT NOT NULL DEFAULT 0,
    "bytesTotal" BIGINT NOT NULL DEFAULT 0,
    "speedBytesPerSecond" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "connections" INTEGER NOT NULL DEFAULT 0,
    "errors" INTEGER NOT NULL DEFAULT 0,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "progressSeq" BIGINT NOT NULL DEFAULT 0,
    "progressAt" TIMESTAMPTZ(3),
    "waitingFor" TEXT,
    "holds" JSONB NOT NULL DEFAULT '[]',
    "scheduledFor" TIMESTAMPTZ(3),
    "windowEndsAt" TIMESTAMPTZ(3),
    "deadlineAt" TIMESTAMPTZ(3),
    "errorCode" TEXT,
    "errorMessage" TEXT,
    "errorDetails" JSONB,
    "bootIdBefore" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "downloadedAt" TIMESTAMPTZ(3),
    "stateChangedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "JobEvent" (
    "id" BIGSERIAL NOT NULL,
    "jobId" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT,
    "message" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "JobEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Artifact" (
    "sha256" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "mediaType" TEXT NOT NULL DEFAULT 'application/octet-stream',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Artifact_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "Release" (
    "id" UUID NOT NULL,
    "version" TEXT NOT NULL,
    "versionSortKey" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "changelog" TEXT[],
    "prerequisites" TEXT[],
    "hardware" TEXT[],
    "signature" TEXT NOT NULL DEFAULT 'unverified',
    "artifactSha256" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'published',
    "releasedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Site" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Block" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Block_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Crane" (
    "id" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "blockId" UUID,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "Crane_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GatewayVitals" (
    "gatewayId" UUID NOT NULL,
    "cpuPercent" DOUBLE PRECISION NOT NULL,
    "memoryPercent" DOUBLE PRECISION NOT NULL,
    "diskPercent" DOUBLE PRECISION NOT NULL,
    "temperatureC" DOUBLE PRECISION,
    "uptimeSeconds" BIGINT NOT NULL,
    "memoryFreeBytes" BIGINT NOT NULL,
    "diskFreeBytes" BIGINT NOT NULL,
    "sampledAt" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "GatewayVitals_pkey" PRIMARY KEY ("gatewayId")
);

-- CreateTable
CREATE TABLE "TelemetrySample" (
    "gatewayId" UUID NOT NULL,
    "sampledAt" TIMESTAMPTZ(3) NOT NULL,
    "cpuPercent" DOUBLE PRECISION NOT NULL,
    "memoryPercent" DOUBLE PRECISION NOT NULL,
    "diskPercent" DOUBLE PRECISION NOT NULL,
    "temperatureC" DOUBLE PRECISION,

    CONSTRAINT "TelemetrySample_pkey" PRIMARY KEY ("gatewayId","sampledAt")
);

-- CreateTable
CREATE TABLE "SafetySignal" (
    "gatewayId" UUID NOT NULL,
    "constraint" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "source" TEXT NOT NULL,
    "sampledAt" TIMESTAMPTZ(3) NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "clearSinceAt" TIMESTAMPTZ(3),

    CONSTRAINT "SafetySignal_pkey" PRIMARY KEY ("gatewayId","constraint")
);

-- CreateTable
CREATE TABLE "GatewayLog" (
    "id" BIGSERIAL NOT NULL,
    "gatewayId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "GatewayLog_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "RoleAssignment_siteId_idx" ON "RoleAssignment"("siteId");

-- CreateIndex
CREATE UNIQUE INDEX "RoleAssignment_userId_role_siteId_key" ON "RoleAssignment"("userId", "role", "siteId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_tokenHash_key" ON "ApiToken"("tokenHash");

-- CreateIndex
CREATE INDEX "ApiToken_userId_createdAt_idx" ON "ApiToken"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "IdempotencyRecord_expiresAt_idx" ON "IdempotencyRecord"("expiresAt");

-- CreateIndex
CREATE INDEX "AuditEvent_objectType_objectId_seq_idx" ON "AuditEvent"("objectType", "objectId", "seq");

-- CreateIndex
CREATE INDEX "AuditEvent_siteId_seq_idx" ON "AuditEvent"("siteId", "seq");

-- CreateIndex
CREATE INDEX "AuditEvent_name_seq_idx" ON "AuditEvent"("name", "seq");

-- CreateIndex
CREATE INDEX "StreamEvent_at_idx" ON "StreamEvent"("at");

-- CreateIndex
CREATE INDEX "StreamEvent_gatewayId_id_idx" ON "StreamEvent"("gatewayId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Gateway_name_key" ON "Gateway"("name");

-- CreateIndex
CREATE UNIQUE INDEX "Gateway_serialNumber_key" ON "Gateway"("serialNumber");

-- CreateIndex
CREATE INDEX "Gateway_siteId_name_idx" ON "Gateway"("siteId", "name");

-- CreateIndex
CREATE INDEX "Gateway_status_name_idx" ON "Gateway"("status", "name");

-- CreateIndex
CREATE INDEX "Gateway_activeVersion_name_idx" ON "Gateway"("activeVersion", "name");

-- CreateIndex
CREATE INDEX "Gateway_craneId_idx" ON "Gateway"("craneId");

-- CreateIndex
CREATE INDEX "Gateway_lastSeenAt_name_idx" ON "Gateway"("lastSeenAt", "name");

-- CreateIndex
CREATE INDEX "Gateway_hardwareRevision_name_idx" ON "Gateway"("hardwareRevision", "name");

-- CreateIndex
CREATE UNIQUE INDEX "EnrolmentToken_tokenHash_key" ON "EnrolmentToken"("tokenHash");

-- CreateIndex
CREATE INDEX "EnrolmentToken_gatewayId_idx" ON "EnrolmentToken"("gatewayId");

-- CreateIndex
CREATE INDEX "OutboxCommand_answeredAt_expiresAt_sentAt_idx" ON "OutboxCommand"("answeredAt", "expiresAt", "sentAt");

-- CreateIndex
CREATE INDEX "OutboxCommand_jobId_idx" ON "OutboxCommand"("jobId");

-- CreateIndex
CREATE UNIQUE INDEX "OutboxCommand_gatewayId_seq_key" ON "OutboxCommand"("gatewayId", "seq");

-- CreateIndex
CREATE INDEX "SigningKey_purpose_createdAt_idx" ON "SigningKey"("purpose", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Job_installationId_key" ON "Job"("installationId");

-- CreateIndex
CREATE INDEX "Job_gatewayId_createdAt_idx" ON "Job"("gatewayId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_finishedAt_createdAt_idx" ON "Job"("finishedAt", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_state_createdAt_idx" ON "Job"("state", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_siteId_createdAt_idx" ON "Job"("siteId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Job_deadlineAt_idx" ON "Job"("deadlineAt");

-- CreateIndex
CREATE INDEX "Job_createdAt_id_idx" ON "Job"("createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "JobEvent_jobId_id_idx" ON "JobEvent"("jobId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Release_version_key" ON "Release"("version");

-- CreateIndex
CREATE INDEX "Release_channel_state_versionSortKey_idx" ON "Release"("channel", "state", "versionSortKey");

-- CreateIndex
CREATE UNIQUE INDEX "Site_code_key" ON "Site"("code");

-- CreateIndex
CREATE UNIQUE INDEX "Block_siteId_name_key" ON "Block"("siteId", "name");

-- CreateIndex
CREATE INDEX "Crane_blockId_idx" ON "Crane"("blockId");

-- CreateIndex
CREATE UNIQUE INDEX "Crane_siteId_name_key" ON "Crane"("siteId", "name");

-- CreateIndex
CREATE INDEX "GatewayLog_gatewayId_at_id_idx" ON "GatewayLog"("gatewayId", "at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleAssignment" ADD CONSTRAINT "RoleAssignment_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gateway" ADD CONSTRAINT "Gateway_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gateway" ADD CONSTRAINT "Gateway_craneId_fkey" FOREIGN KEY ("craneId") REFERENCES "Crane"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Slot" ADD CONSTRAINT "Slot_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GatewaySettings" ADD CONSTRAINT "GatewaySettings_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OutboxCommand" ADD CONSTRAINT "OutboxCommand_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Job" ADD CONSTRAINT "Job_initiatedById_fkey" FOREIGN KEY ("initiatedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JobEvent" ADD CONSTRAINT "JobEvent_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Release" ADD CONSTRAINT "Release_artifactSha256_fkey" FOREIGN KEY ("artifactSha256") REFERENCES "Artifact"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Block" ADD CONSTRAINT "Block_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Crane" ADD CONSTRAINT "Crane_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Crane" ADD CONSTRAINT "Crane_blockId_fkey" FOREIGN KEY ("blockId") REFERENCES "Block"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GatewayVitals" ADD CONSTRAINT "GatewayVitals_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TelemetrySample" ADD CONSTRAINT "TelemetrySample_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SafetySignal" ADD CONSTRAINT "SafetySignal_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GatewayLog" ADD CONSTRAINT "GatewayLog_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;
