-- AlterTable
ALTER TABLE "User" ADD COLUMN     "pinAttempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pinAttemptsSinceAt" TIMESTAMPTZ(3),
ADD COLUMN     "pinDisabledAt" TIMESTAMPTZ(3),
ADD COLUMN     "pinLastUsedAt" TIMESTAMPTZ(3),
ADD COLUMN     "pinLockedUntil" TIMESTAMPTZ(3),
ADD COLUMN     "pinRebindUntil" TIMESTAMPTZ(3),
ADD COLUMN     "pinSetAt" TIMESTAMPTZ(3),
ADD COLUMN     "pinWrongInARow" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Gateway" ADD COLUMN     "grantKid" TEXT,
ADD COLUMN     "policyVersion" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "safetyBootId" TEXT,
ADD COLUMN     "safetyNonce" TEXT,
ADD COLUMN     "safetyNonceAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "heldCommand" TEXT;

-- AlterTable
ALTER TABLE "Crane" ADD COLUMN     "railPosition" INTEGER;

-- CreateTable
CREATE TABLE "SitePolicy" (
    "siteId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "difference" JSONB NOT NULL,
    "note" TEXT NOT NULL,
    "authorId" UUID,
    "author" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SitePolicy_pkey" PRIMARY KEY ("siteId","version")
);

-- CreateTable
CREATE TABLE "OverrideRequest" (
    "id" TEXT NOT NULL,
    "batchId" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "jobId" TEXT,
    "artifactSha256" TEXT,
    "operation" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "constraints" TEXT[],
    "bounds" JSONB NOT NULL,
    "durationSeconds" INTEGER NOT NULL,
    "reasonCode" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "measures" TEXT[],
    "observed" JSONB NOT NULL,
    "breakGlass" BOOLEAN NOT NULL DEFAULT false,
    "policyVersion" INTEGER NOT NULL,
    "approversNeeded" INTEGER NOT NULL,
    "requestHash" TEXT NOT NULL,
    "requesterId" UUID NOT NULL,
    "requester" TEXT NOT NULL,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lapsesAt" TIMESTAMPTZ(3) NOT NULL,
    "approvedAt" TIMESTAMPTZ(3),
    "activeAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "endReason" TEXT,
    "endedBy" TEXT,
    "reviewDueAt" TIMESTAMPTZ(3),
    "reviewOverdueTold" BOOLEAN NOT NULL DEFAULT false,
    "reviewedAt" TIMESTAMPTZ(3),
    "reviewerId" UUID,
    "reviewer" TEXT,
    "reviewText" TEXT,

    CONSTRAINT "OverrideRequest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OverrideApproval" (
    "requestId" TEXT NOT NULL,
    "approverId" UUID NOT NULL,
    "approver" TEXT NOT NULL,
    "requestHash" TEXT NOT NULL,
    "approvedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OverrideApproval_pkey" PRIMARY KEY ("requestId","approverId")
);

-- CreateTable
CREATE TABLE "OverrideGrant" (
    "id" UUID NOT NULL,
    "requestId" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "craneId" UUID NOT NULL,
    "constraint" TEXT NOT NULL,
    "bound" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'issued',
    "issuedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "offeredAt" TIMESTAMPTZ(3),
    "offerCommandId" UUID,
    "offers" INTEGER NOT NULL DEFAULT 0,
    "acceptedAt" TIMESTAMPTZ(3),
    "suspendedAt" TIMESTAMPTZ(3),
    "usedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "lastCode" TEXT,
    "observed" JSONB,

    CONSTRAINT "OverrideGrant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SafetyBlock" (
    "gatewayId" UUID NOT NULL,
    "constraint" TEXT NOT NULL,
    "siteId" UUID NOT NULL,
    "level" TEXT NOT NULL,
    "stale" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SafetyBlock_pkey" PRIMARY KEY ("gatewayId","constraint")
);

-- CreateIndex
CREATE INDEX "OverrideRequest_siteId_requestedAt_id_idx" ON "OverrideRequest"("siteId", "requestedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "OverrideRequest_requestedAt_id_idx" ON "OverrideRequest"("requestedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "OverrideRequest_gatewayId_requestedAt_idx" ON "OverrideRequest"("gatewayId", "requestedAt" DESC);

-- CreateIndex
CREATE INDEX "OverrideRequest_jobId_idx" ON "OverrideRequest"("jobId");

-- CreateIndex
CREATE INDEX "OverrideRequest_batchId_idx" ON "OverrideRequest"("batchId");

-- CreateIndex
CREATE INDEX "OverrideGrant_requestId_idx" ON "OverrideGrant"("requestId");

-- CreateIndex
CREATE INDEX "OverrideGrant_gatewayId_issuedAt_idx" ON "OverrideGrant"("gatewayId", "issuedAt" DESC);

-- CreateIndex
CREATE INDEX "SafetyBlock_siteId_constraint_idx" ON "SafetyBlock"("siteId", "constraint");

-- AddForeignKey
ALTER TABLE "SitePolicy" ADD CONSTRAINT "SitePolicy_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OverrideRequest" ADD CONSTRAINT "OverrideRequest_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OverrideRequest" ADD CONSTRAINT "OverrideRequest_siteId_fkey" FOREIGN KEY ("siteId") REFERENCES "Site"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OverrideApproval" ADD CONSTRAINT "OverrideApproval_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "OverrideRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OverrideGrant" ADD CONSTRAINT "OverrideGrant_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "OverrideRequest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OverrideGrant" ADD CONSTRAINT "OverrideGrant_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SafetyBlock" ADD CONSTRAINT "SafetyBlock_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One grant that may still be used per gateway and constraint (safety design: the override, 6).
CREATE UNIQUE INDEX "OverrideGrant_one_live" ON "OverrideGrant" ("gatewayId", "constraint") WHERE "endedAt" IS NULL;
-- What the loops, the strip and the inbox look at is a handful of all there ever were.
CREATE INDEX "OverrideGrant_live_per_site" ON "OverrideGrant" ("siteId") WHERE "endedAt" IS NULL;
CREATE INDEX "OverrideRequest_open" ON "OverrideRequest" ("lapsesAt", id) WHERE state = 'requested';
CREATE INDEX "OverrideRequest_in_force" ON "OverrideRequest" ("expiresAt", id) WHERE state IN ('approved', 'active');
CREATE INDEX "OverrideRequest_review_due" ON "OverrideRequest" ("reviewDueAt", id) WHERE state = 'review_due';
CREATE INDEX "Job_held_command" ON "Job" ("createdAt") WHERE "heldCommand" IS NOT NULL AND "finishedAt" IS NULL;
CREATE INDEX "SafetyBlock_by_constraint" ON "SafetyBlock" ("constraint", "gatewayId");

-- As Job.id: byte order, so that keyset paging and joins use the indexes.
ALTER TABLE "OverrideRequest" ALTER COLUMN id TYPE text COLLATE "C", ALTER COLUMN "jobId" TYPE text COLLATE "C", ALTER COLUMN "batchId" TYPE text COLLATE "C";
ALTER TABLE "OverrideApproval" ALTER COLUMN "requestId" TYPE text COLLATE "C";
ALTER TABLE "OverrideGrant" ALTER COLUMN "requestId" TYPE text COLLATE "C";
