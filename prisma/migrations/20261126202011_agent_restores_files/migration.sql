-- AlterTable
ALTER TABLE "Gateway" ADD COLUMN     "restoresFiles" BOOLEAN NOT NULL DEFAULT false;
