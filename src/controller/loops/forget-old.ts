import { getDb } from '#/server/db/client';

/** Retention: signal figures 1 h, stream events 24 h, samples and logs 30 days, answered commands and settled deliveries 90 days, idempotency records until they expire. */
export async function forgetOld(): Promise<void> {
  const db = getDb();
  await db.$executeRaw`DELETE FROM "SignalHistory" WHERE at < now() - interval '1 hour'`;
  await db.$executeRaw`DELETE FROM "StreamEvent" WHERE at < now() - interval '24 hours'`;
  await db.$executeRaw`DELETE FROM "TelemetrySample" WHERE "sampledAt" < now() - interval '30 days'`;
  await db.$executeRaw`DELETE FROM "GatewayLog" WHERE at < now() - interval '30 days'`;
  await db.$executeRaw`DELETE FROM "OutboxCommand" WHERE "answeredAt" < now() - interval '90 days'`;
  await db.$executeRaw`DELETE FROM "NotificationDelivery" WHERE "settledAt" < now() - interval '90 days'`;
  await db.$executeRaw`DELETE FROM "IdempotencyRecord" WHERE "expiresAt" < now()`;
}
