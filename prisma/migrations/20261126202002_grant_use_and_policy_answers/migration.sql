-- AlterTable
ALTER TABLE "Gateway" ADD COLUMN     "policyRefusal" TEXT,
ADD COLUMN     "policyRefusals" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "policyRetryAt" TIMESTAMPTZ(3),
ADD COLUMN     "policyTakenVersion" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "OverrideGrant" ADD COLUMN     "usedByJobId" TEXT;

-- CreateIndex
CREATE INDEX "OverrideGrant_usedByJobId_idx" ON "OverrideGrant"("usedByJobId");
