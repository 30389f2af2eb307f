-- CreateTable
CREATE TABLE "KeptBlob" (
    "sha256" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KeptBlob_pkey" PRIMARY KEY ("sha256")
);

-- CreateIndex
CREATE INDEX "KeptBlob_startedAt_idx" ON "KeptBlob"("startedAt");
