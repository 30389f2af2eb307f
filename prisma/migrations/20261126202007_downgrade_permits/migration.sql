-- AlterTable
ALTER TABLE "Release" ADD COLUMN     "uploadId" UUID;

-- AlterTable
ALTER TABLE "ArtifactSignature" ADD COLUMN     "releaseId" UUID,
ADD COLUMN     "uploadId" UUID,
ADD COLUMN     "verifiedAt" TIMESTAMPTZ(3);

-- What held before counts as having held: a key that ends later must still stop what it signed. Rows from before belong to their
-- image, as they did.
UPDATE "ArtifactSignature" SET "verifiedAt" = "createdAt" WHERE verdict IN ('verified', 'revoked', 'expired');

UPDATE "Release" r SET "uploadId" = (e.data ->> 'uploadId')::uuid
FROM "ReleaseEvent" e WHERE e."releaseId" = r.id AND e.kind = 'uploaded' AND e.data ->> 'uploadId' IS NOT NULL;

-- CreateTable
CREATE TABLE "DowngradePermit" (
    "id" UUID NOT NULL,
    "releaseId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "gatewayId" UUID,
    "fromVersion" TEXT NOT NULL,
    "toVersion" TEXT NOT NULL,
    "artifactSha256" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "signatureKind" TEXT NOT NULL,
    "signature" BYTEA NOT NULL,
    "keyFingerprint" TEXT NOT NULL,
    "signer" TEXT,
    "addedById" UUID,
    "addedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,
    "endedReason" TEXT,

    CONSTRAINT "DowngradePermit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "DowngradePermit_releaseId_createdAt_idx" ON "DowngradePermit"("releaseId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "DowngradePermit_artifactSha256_toVersion_idx" ON "DowngradePermit"("artifactSha256", "toVersion");

-- CreateIndex
CREATE INDEX "DowngradePermit_keyFingerprint_idx" ON "DowngradePermit"("keyFingerprint");

-- CreateIndex
CREATE INDEX "DowngradePermit_gatewayId_idx" ON "DowngradePermit"("gatewayId");

-- AddForeignKey
ALTER TABLE "DowngradePermit" ADD CONSTRAINT "DowngradePermit_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DowngradePermit" ADD CONSTRAINT "DowngradePermit_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;
