-- AlterTable
ALTER TABLE "Gateway" ADD COLUMN     "toldUpdateId" UUID;
