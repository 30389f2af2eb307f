-- AlterTable
ALTER TABLE "ArtifactSignature" ADD COLUMN     "covers" TEXT;
-- Until now a signature could hold for the file only.
UPDATE "ArtifactSignature" SET "covers" = 'file' WHERE "verifiedAt" IS NOT NULL;
