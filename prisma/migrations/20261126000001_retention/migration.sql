-- Retention deletes by age; without these it reads every row every ten minutes. Rows come in order of time, so BRIN costs next to nothing.
CREATE INDEX "TelemetrySample_sampledAt_idx" ON "TelemetrySample" USING BRIN ("sampledAt");
CREATE INDEX "GatewayLog_at_idx" ON "GatewayLog" USING BRIN ("at");
