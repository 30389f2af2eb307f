-- AlterTable
ALTER TABLE "ArtifactSignature" ADD COLUMN     "covers" TEXT;
-- Until now a signature could hold for the file only; a list of sums may name what it unpacks to as well, which nobody has looked at.
UPDATE "ArtifactSignature" SET "covers" = 'file' WHERE "verifiedAt" IS NOT NULL AND "kind" <> 'sums';
