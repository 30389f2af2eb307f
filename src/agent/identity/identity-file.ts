/** Who this gateway is, as enrolment made it: one file in the data folder, readable by its owner only. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { enrolResponseSchema } from '#/protocol/device/enrolment';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';

const identitySchema = z.object({
  v: z.literal(1),
  gatewayId: z.string().min(1),
  gatewayName: z.string(),
  mqttUrl: z.string().min(1),
  secret: z.string().min(1),
  /** The server's public keys; only commands that one of them has signed are carried out. */
  commandKeys: enrolResponseSchema.shape.commandKeys,
  /** Those that sign grants; keys.pin replaces them. None: no grant is accepted. */
  grantKeys: enrolResponseSchema.shape.grantKeys,
  /** Release keys of the enrolment: what is pinned until a signed set replaces it (trust/pins.ts). */
  releaseKeys: enrolResponseSchema.shape.releaseKeys,
  /** SHA-256 of the one-time token, to notice that another enrolment is meant. */
  tokenSha256: z.string(),
  enrolledAt: z.iso.datetime(),
});
export type Identity = z.infer<typeof identitySchema>;
export type GrantKeys = NonNullable<Identity['grantKeys']>;

/** The file is there and is not an identity. */
export class IdentityUnreadableError extends Error {
  override readonly name = 'IdentityUnreadableError';
}

export function identityPath(dataFolder: string): string {
  return join(dataFolder, 'identity.json');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The stored identity, or null when the gateway is not enrolled. */
export async function readIdentity(storage: Storage, dataFolder: string): Promise<Identity | null> {
  const path = identityPath(dataFolder);
  const bytes = await readWholeFile(storage, path);
  if (bytes === null) return null;
  try {
    return identitySchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new IdentityUnreadableError(`${path} is damaged: remove it and enrol the gateway again with a new token`);
  }
}

/** Durable when it resolves. */
export async function writeIdentity(storage: Storage, dataFolder: string, identity: Identity): Promise<void> {
  await storage.makeFolder(dataFolder);
  const text = `${JSON.stringify(identitySchema.parse(identity), null, 2)}\n`;
  await writeFileAtomic(storage, identityPath(dataFolder), new TextEncoder().encode(text));
}

const proposalSchema = z.object({ tokenSha256: z.string(), secret: z.string().min(43) });

/**
 * The secret to enrol with, the same for the same token in every life of the agent: if the answer is lost, or the agent
 * is killed before it has stored it, the server knows the agent again by it.
 */
export async function readySecret(storage: Storage, dataFolder: string, token: string): Promise<string> {
  const path = join(dataFolder, 'enrolling.json');
  const tokenSha256 = hashToken(token);
  const bytes = await readWholeFile(storage, path);
  const found = proposalSchema.safeParse(bytes === null ? null : parseJson(bytes));
  if (found.success && found.data.tokenSha256 === tokenSha256) {
    await storage.syncFolder(dataFolder);
    return found.data.secret;
  }
  const secret = randomBytes(32).toString('base64url');
  await storage.makeFolder(dataFolder);
  await writeFileAtomic(storage, path, new TextEncoder().encode(JSON.stringify({ tokenSha256, secret })));
  return secret;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
