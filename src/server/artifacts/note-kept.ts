/** What is about to be kept is noted first: who is killed before a row names it leaves a trace (remove-unnamed.ts). */
import { getDb } from '../db/client';

/** Throws what the database throws: a blob that nobody would find again is not kept. */
export async function noteKept(sha256: string): Promise<void> {
  await getDb().$executeRaw`
    INSERT INTO "KeptBlob" (sha256, "startedAt") VALUES (${sha256}, now()) ON CONFLICT (sha256) DO UPDATE SET "startedAt" = now()`;
}
