-- AlterTable
ALTER TABLE "Gateway" ADD COLUMN     "downloadBytesPerSecond" BIGINT;

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "operation" TEXT NOT NULL DEFAULT 'update',
ADD COLUMN     "recovery" JSONB;

-- AlterTable
ALTER TABLE "Artifact" ADD COLUMN     "compression" TEXT,
ADD COLUMN     "contentSha256" TEXT,
ADD COLUMN     "contentSizeBytes" BIGINT,
ADD COLUMN     "facts" JSONB,
ADD COLUMN     "format" TEXT,
ADD COLUMN     "inspectedAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Release" ADD COLUMN     "signer" TEXT,
ADD COLUMN     "uploader" TEXT,
ADD COLUMN     "uploaderId" UUID,
ADD COLUMN     "withdrawnAt" TIMESTAMPTZ(3),
ADD COLUMN     "withdrawnReason" TEXT;

-- AlterTable
ALTER TABLE "Site" ADD COLUMN     "downloadBytesPerSecond" BIGINT;

-- CreateTable
CREATE TABLE "Snapshot" (
    "id" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "jobId" TEXT,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "type" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ordered',
    "version" TEXT,
    "slot" TEXT,
    "bootable" BOOLEAN NOT NULL DEFAULT false,
    "contents" TEXT[],
    "compression" TEXT NOT NULL,
    "sizeBytes" BIGINT,
    "sha256" TEXT,
    "createdById" UUID,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),
    "verifiedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "Snapshot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecoveryImage" (
    "gatewayId" UUID NOT NULL,
    "present" BOOLEAN NOT NULL,
    "version" TEXT,
    "sizeBytes" BIGINT,
    "sha256" TEXT,
    "updatedAt" TIMESTAMPTZ(3),
    "reportedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RecoveryImage_pkey" PRIMARY KEY ("gatewayId")
);

-- CreateTable
CREATE TABLE "DebugBundle" (
    "id" TEXT NOT NULL,
    "gatewayId" UUID NOT NULL,
    "siteId" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'debug',
    "state" TEXT NOT NULL DEFAULT 'ordered',
    "contents" TEXT[],
    "compression" TEXT NOT NULL,
    "jobId" TEXT,
    "sha256" TEXT,
    "sizeBytes" BIGINT,
    "redactions" INTEGER,
    "error" TEXT,
    "requestedById" UUID,
    "requestedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "readyAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "downloads" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "DebugBundle_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReleaseEvent" (
    "id" BIGSERIAL NOT NULL,
    "releaseId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "ReleaseEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Sbom" (
    "id" UUID NOT NULL,
    "releaseId" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "specVersion" TEXT NOT NULL,
    "serialNumber" TEXT,
    "sha256" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "componentCount" INTEGER NOT NULL,
    "uploaderId" UUID,
    "uploader" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Sbom_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SbomComponent" (
    "id" BIGSERIAL NOT NULL,
    "releaseId" UUID NOT NULL,
    "nameKey" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT,
    "type" TEXT NOT NULL,
    "purl" TEXT,
    "licenses" TEXT[],

    CONSTRAINT "SbomComponent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DeltaIndex" (
    "artifactSha256" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'building',
    "indexSha256" TEXT,
    "indexSizeBytes" BIGINT,
    "dataSha256" TEXT,
    "dataSizeBytes" BIGINT,
    "blockCount" INTEGER,
    "error" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "readyAt" TIMESTAMPTZ(3),

    CONSTRAINT "DeltaIndex_pkey" PRIMARY KEY ("artifactSha256")
);

-- CreateTable
CREATE TABLE "DeltaPatch" (
    "fromSha256" TEXT NOT NULL,
    "toSha256" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'building',
    "patchSha256" TEXT,
    "sizeBytes" BIGINT,
    "error" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "readyAt" TIMESTAMPTZ(3),

    CONSTRAINT "DeltaPatch_pkey" PRIMARY KEY ("fromSha256","toSha256")
);

-- CreateTable
CREATE TABLE "TrustKey" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "purposes" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'active',
    "validFrom" TIMESTAMPTZ(3),
    "validUntil" TIMESTAMPTZ(3),
    "addedById" UUID,
    "addedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,
    "endedReason" TEXT,

    CONSTRAINT "TrustKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RevocationList" (
    "id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "thisUpdateAt" TIMESTAMPTZ(3) NOT NULL,
    "nextUpdateAt" TIMESTAMPTZ(3),
    "entries" INTEGER NOT NULL,
    "addedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RevocationList_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ArtifactSignature" (
    "id" UUID NOT NULL,
    "artifactSha256" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "verdict" TEXT NOT NULL,
    "keyFingerprint" TEXT,
    "signer" TEXT,
    "reason" TEXT NOT NULL,
    "addedById" UUID,
    "addedBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checkedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ArtifactSignature_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GatewayPins" (
    "gatewayId" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,
    "fingerprints" TEXT[],
    "floorVersion" TEXT,
    "reportedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "GatewayPins_pkey" PRIMARY KEY ("gatewayId")
);

-- CreateTable
CREATE TABLE "Upload" (
    "id" UUID NOT NULL,
    "ownerId" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "fileName" TEXT NOT NULL,
    "sizeBytes" BIGINT,
    "offsetBytes" BIGINT NOT NULL DEFAULT 0,
    "declaredSha256" TEXT,
    "state" TEXT NOT NULL DEFAULT 'receiving',
    "artifactSha256" TEXT,
    "version" TEXT,
    "description" TEXT,
    "minHardware" TEXT,
    "gatewayId" UUID,
    "siteId" UUID,
    "verdict" JSONB,
    "error" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "touchedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Snapshot_gatewayId_createdAt_id_idx" ON "Snapshot"("gatewayId", "createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Snapshot_state_expiresAt_idx" ON "Snapshot"("state", "expiresAt");

-- CreateIndex
CREATE INDEX "Snapshot_jobId_idx" ON "Snapshot"("jobId");

-- CreateIndex
CREATE INDEX "DebugBundle_gatewayId_createdAt_id_idx" ON "DebugBundle"("gatewayId", "createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "DebugBundle_state_expiresAt_idx" ON "DebugBundle"("state", "expiresAt");

-- CreateIndex
CREATE INDEX "ReleaseEvent_releaseId_id_idx" ON "ReleaseEvent"("releaseId", "id");

-- CreateIndex
CREATE INDEX "Sbom_releaseId_createdAt_idx" ON "Sbom"("releaseId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "SbomComponent_releaseId_nameKey_idx" ON "SbomComponent"("releaseId", "nameKey");

-- CreateIndex
CREATE INDEX "SbomComponent_nameKey_releaseId_idx" ON "SbomComponent"("nameKey", "releaseId");

-- CreateIndex
CREATE INDEX "DeltaIndex_state_startedAt_idx" ON "DeltaIndex"("state", "startedAt");

-- CreateIndex
CREATE INDEX "DeltaPatch_toSha256_state_idx" ON "DeltaPatch"("toSha256", "state");

-- CreateIndex
CREATE UNIQUE INDEX "TrustKey_fingerprint_key" ON "TrustKey"("fingerprint");

-- CreateIndex
CREATE INDEX "TrustKey_state_createdAt_idx" ON "TrustKey"("state", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "RevocationList_issuer_thisUpdateAt_idx" ON "RevocationList"("issuer", "thisUpdateAt" DESC);

-- CreateIndex
CREATE INDEX "ArtifactSignature_artifactSha256_createdAt_idx" ON "ArtifactSignature"("artifactSha256", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "ArtifactSignature_keyFingerprint_idx" ON "ArtifactSignature"("keyFingerprint");

-- CreateIndex
CREATE INDEX "GatewayPins_version_idx" ON "GatewayPins"("version");

-- CreateIndex
CREATE INDEX "Upload_ownerId_createdAt_idx" ON "Upload"("ownerId", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Upload_state_expiresAt_idx" ON "Upload"("state", "expiresAt");

-- CreateIndex
CREATE INDEX "Upload_fileName_version_createdAt_idx" ON "Upload"("fileName", "version", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "Upload_createdAt_id_idx" ON "Upload"("createdAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Release_artifactSha256_idx" ON "Release"("artifactSha256");

-- CreateIndex
CREATE INDEX "Release_state_versionSortKey_idx" ON "Release"("state", "versionSortKey");

-- AddForeignKey
ALTER TABLE "Snapshot" ADD CONSTRAINT "Snapshot_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryImage" ADD CONSTRAINT "RecoveryImage_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DebugBundle" ADD CONSTRAINT "DebugBundle_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReleaseEvent" ADD CONSTRAINT "ReleaseEvent_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Sbom" ADD CONSTRAINT "Sbom_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SbomComponent" ADD CONSTRAINT "SbomComponent_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DeltaIndex" ADD CONSTRAINT "DeltaIndex_artifactSha256_fkey" FOREIGN KEY ("artifactSha256") REFERENCES "Artifact"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DeltaPatch" ADD CONSTRAINT "DeltaPatch_fromSha256_fkey" FOREIGN KEY ("fromSha256") REFERENCES "Artifact"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DeltaPatch" ADD CONSTRAINT "DeltaPatch_toSha256_fkey" FOREIGN KEY ("toSha256") REFERENCES "Artifact"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ArtifactSignature" ADD CONSTRAINT "ArtifactSignature_artifactSha256_fkey" FOREIGN KEY ("artifactSha256") REFERENCES "Artifact"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GatewayPins" ADD CONSTRAINT "GatewayPins_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Upload" ADD CONSTRAINT "Upload_artifactSha256_fkey" FOREIGN KEY ("artifactSha256") REFERENCES "Artifact"("sha256") ON DELETE SET NULL ON UPDATE CASCADE;

-- Byte order, so that the search for the beginning of a name can use the index.
ALTER TABLE "SbomComponent" ALTER COLUMN "nameKey" TYPE text COLLATE "C";
