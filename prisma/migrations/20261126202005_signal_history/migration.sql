-- CreateTable
CREATE TABLE "SignalHistory" (
    "gatewayId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "distanceM" DOUBLE PRECISION,
    "batteryPercent" DOUBLE PRECISION,
    "rttMs" DOUBLE PRECISION,
    "freePercent" DOUBLE PRECISION,

    CONSTRAINT "SignalHistory_pkey" PRIMARY KEY ("gatewayId","at")
);

-- CreateIndex
CREATE INDEX "SignalHistory_at_idx" ON "SignalHistory" USING BRIN ("at");

-- AddForeignKey
ALTER TABLE "SignalHistory" ADD CONSTRAINT "SignalHistory_gatewayId_fkey" FOREIGN KEY ("gatewayId") REFERENCES "Gateway"("id") ON DELETE CASCADE ON UPDATE CASCADE;
