/**
 * The release keys that this gateway believes, and the oldest version that it takes: one file, replaced as a whole. The first
 * set comes from the configuration or with enrolment; each later one must be signed by a key that is pinned now.
 */
import { z } from 'zod';
import { compareVersions, parseVersion } from '#/domain/releases/version';
import type { ReleaseKeysReport } from '#/protocol/mqtt/events';
import { type Keyring, type KeySet, keySetDocumentSchema, keySetSchema, type SignedDocument } from '#/protocol/trust/keyring';
import { verifyDocument } from '#/trust/verify-signature';
import { readWholeFile, writeFileAtomic } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';

const pinsSchema = z.object({ v: z.literal(1), set: keySetSchema.nullable(), floorVersion: z.string().max(80).nullable() });
type PinsState = z.infer<typeof pinsSchema>;

export type Pins = {
  /** Null: none are pinned, and any image with the right hash is taken. */
  keyring(): Keyring | null;
  floorVersion(): string | null;
  report(): ReleaseKeysReport;
  /** Null when the set is in force and on disk; otherwise why it is refused. */
  rotate(document: SignedDocument, nowMs: number): Promise<string | null>;
  /** Never lowers it. */
  raiseFloor(version: string): Promise<void>;
};

/** Pins that are there and cannot be read are an error, never none: otherwise damage would open the door. */
export class PinsUnreadableError extends Error {
  override readonly name = 'PinsUnreadableError';
}

/** `first`: what is pinned while there is no file yet. */
export async function openPins(storage: Storage, path: string, first: KeySet | null): Promise<Pins> {
  const bytes = await readWholeFile(storage, path);
  let state: PinsState = bytes === null ? { v: 1, set: first, floorVersion: null } : read(path, bytes);
  let queue: Promise<unknown> = Promise.resolve();

  function write(change: (before: PinsState) => Promise<PinsState>): Promise<void> {
    const step = queue.then(async () => {
      const next = await change(state);
      if (next === state) return;
      await writeFileAtomic(storage, path, new TextEncoder().encode(JSON.stringify(pinsSchema.parse(next))));
      state = next;
    });
    queue = step.catch(() => {});
    return step;
  }

  return {
    keyring: () => state.set,
    floorVersion: () => state.floorVersion,
    report: () => ({
      version: state.set?.version ?? 0,
      fingerprints: state.set?.keys.filter((key) => !key.revoked).map((key) => key.fingerprint) ?? [],
      floorVersion: state.floorVersion,
    }),
    async rotate(document, nowMs) {
      let refused: string | null = null;
      await write(async (before) => {
        const judged = await judgeRotation(before.set, document, nowMs);
        if (typeof judged !== 'string') return { ...before, set: judged };
        refused = judged;
        return before;
      });
      return refused;
    },
    raiseFloor: (version) =>
      write(async (before) => {
        if (!parseVersion(version)) return before;
        const higher = before.floorVersion === null || compareVersions(version, before.floorVersion) > 0;
        return higher ? { ...before, floorVersion: version } : before;
      }),
  };
}

async function judgeRotation(before: KeySet | null, document: SignedDocument, nowMs: number): Promise<KeySet | string> {
  if (before === null) return 'no release keys are pinned, so none can vouch for others';
  const { verdict, reason } = await verifyDocument(document, before, 'release', nowMs);
  if (verdict !== 'verified') return `the key set is not signed by a key that is pinned: ${reason}`;
  const parsed = keySetDocumentSchema.safeParse(json(document.text));
  if (!parsed.success) return 'the signed text is not a key set';
  const { type: _, ...set } = parsed.data;
  if (set.version <= before.version) return `key set ${set.version} is not newer than ${before.version}, which is pinned`;
  if (!set.keys.some((key) => !key.revoked && key.purposes.includes('release')))
    return 'the key set has no key left that may sign releases';
  return set;
}

function read(path: string, bytes: Uint8Array): PinsState {
  try {
    return pinsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new PinsUnreadableError(`${path} is damaged: bring back the release keys of this gateway before it may install anything`);
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
