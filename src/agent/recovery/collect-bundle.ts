/** What goes into a debug bundle: an allow-list, as text, without secrets, within its size. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BundleOrder } from '#/protocol/mqtt/recovery';
import { readWholeFile } from '../storage/atomic-file';
import type { Storage } from '../storage/storage';
import { type ArchiveEntry, type Written, writeArchive } from './archive';
import type { GatewayFolders } from './gateway-folders';
import { createRedactor, secretsIn } from './redact';
import { secretsOfFile } from './secret-files';
import { MARK_FILE } from './swap-folders';

/** What the agent says of itself: plain data, by the name of its file in the bundle. */
export type BundleFacts = Record<string, unknown>;

export type CollectDeps = {
  storage: Storage;
  folders: GatewayFolders;
  /** Secrets of the agent's own: of its identity and its configuration. */
  secrets(): readonly string[];
  facts(kind: BundleOrder['kind']): Promise<BundleFacts>;
  nowMs(): number;
};
export type Collected = Written & { redactions: number };

/** Of a log file only its newest part is looked at: looking through it takes its time, and the agent has a crane to watch. */
const LONGEST_LOG_BYTES = 1_048_576;
const LONGEST_FILE_BYTES = 262_144;
/** Of all files together; what is beyond stays here. */
const MOST_CHARACTERS = 8 * 1_048_576;
/** Share of its log lines that a bundle which is too large keeps at the next try. */
const KEEP_SHARE = 0.6;

type Text = { name: string; text: string; isLog: boolean };
type LeftOut = { name: string; reason: string };

/** Writes and syncs the bundle. Rejects with BundleTooLargeError when not even a bundle without logs fits. */
export async function collectBundle(deps: CollectDeps, order: BundleOrder, path: string, signal: AbortSignal): Promise<Collected> {
  const leftOut: LeftOut[] = [];
  const named: string[] = [];
  const found = await readAll(deps, order, leftOut, named);
  // What configuration calls a secret is looked for in the logs as well, also when it is not asked for itself.
  named.push(...found.filter((one) => !one.isLog).flatMap(({ text }) => secretsIn(text)));
  if (!order.contents.includes('config')) for await (const { text } of readPart(deps, 'config', [], named)) named.push(...secretsIn(text));
  const redactor = createRedactor([...deps.secrets(), ...named]);
  const texts: Text[] = [];
  for (const { name, text, isLog } of found) {
    // Between two files everything else has its turn.
    await setImmediate();
    signal.throwIfAborted();
    const clean = redactor.redact(text);
    if (redactor.betrays(clean) || redactor.betrays(name))
      leftOut.push({ name: redactor.redact(name), reason: 'a secret could not be taken out' });
    else texts.push({ name, text: clean, isLog });
  }
  const logBytes = texts.reduce((total, one) => total + (one.isLog ? one.text.length : 0), 0);
  for (let budget = logBytes; ; budget = Math.floor(budget * KEEP_SHARE)) {
    const kept = withinBudget(texts, budget);
    const manifest = {
      bundleId: order.bundleId,
      kind: order.kind,
      contents: order.contents,
      createdAt: new Date(deps.nowMs()).toISOString(),
      files: kept.map((one) => one.name),
      leftOut,
      redactions: redactor.count(),
      oldestLogCharactersDropped: Math.max(0, logBytes - budget),
    };
    const entries = [{ name: 'manifest.json', text: toJson(manifest) }, ...kept].map(entryOf);
    const written = await writeArchive(deps.storage, path, order.compression, entries, signal);
    if (written.sizeBytes <= order.maxBytes) return { ...written, redactions: redactor.count() };
    if (budget === 0)
      throw new BundleTooLargeError(`the bundle has ${written.sizeBytes} bytes without any log; ${order.maxBytes} are allowed`);
  }
}

export class BundleTooLargeError extends Error {
  override readonly name = 'BundleTooLargeError';
}

async function readAll(deps: CollectDeps, { contents, kind }: BundleOrder, leftOut: LeftOut[], named: string[]): Promise<Text[]> {
  const texts: Text[] = [];
  let characters = 0;
  for (const part of ['config', 'logs'] as const) {
    if (!contents.includes(part)) continue;
    for await (const one of readPart(deps, part, leftOut, named)) {
      if (characters + one.text.length > MOST_CHARACTERS) leftOut.push({ name: one.name, reason: 'there is too much before it' });
      else {
        texts.push(one);
        characters += one.text.length;
      }
    }
  }
  if (contents.includes('system_info')) {
    for (const [name, fact] of Object.entries(await deps.facts(kind)))
      texts.push({ name: `system/${name}.json`, text: toJson(fact), isLog: false });
  }
  return texts;
}

/** What files of nothing but secrets hold is added to `named`; they are left out themselves. */
async function* readPart(deps: CollectDeps, part: 'config' | 'logs', leftOut: LeftOut[], named: string[]): AsyncGenerator<Text> {
  const folder = deps.folders[part];
  const isLog = part === 'logs';
  for (const file of await deps.storage.listTree(folder)) {
    if (file === MARK_FILE) continue;
    const name = `${part}/${file}`;
    const text = await readText(deps.storage, join(folder, file), isLog ? LONGEST_LOG_BYTES : LONGEST_FILE_BYTES, isLog);
    const secrets = typeof text === 'string' ? secretsOfFile(name, text) : null;
    if (secrets !== null) {
      named.push(...secrets);
      leftOut.push({ name, reason: 'it is a file of secrets' });
    } else if (typeof text === 'string') yield { name, text, isLog };
    else leftOut.push({ name, reason: text.reason });
  }
}

/** The file as text; of a long log its end. Bytes that are no text cannot be looked through and stay here. */
async function readText(storage: Storage, path: string, most: number, isLog: boolean): Promise<string | { reason: string }> {
  const sizeBytes = (await storage.sizeOf(path)) ?? 0;
  if (sizeBytes > most && !isLog) return { reason: `it has ${sizeBytes} bytes` };
  try {
    if (sizeBytes <= most)
      return new TextDecoder('utf-8', { fatal: true }).decode((await readWholeFile(storage, path)) ?? new Uint8Array());
    const file = await storage.open(path, 'read');
    try {
      const bytes = new Uint8Array(most);
      const count = await file.read(bytes, sizeBytes - most);
      // The first line is a part of one, and may begin within a letter.
      const from = bytes.indexOf(0x0a) + 1;
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, count));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof TypeError) return { reason: 'it is no text' };
    throw error;
  }
}

/** The newest lines of each log, so many characters in all; what was redacted as a whole is cut afterwards only. */
function withinBudget(texts: readonly Text[], budget: number): Text[] {
  const total = texts.reduce((sum, one) => sum + (one.isLog ? one.text.length : 0), 0);
  if (total <= budget) return [...texts];
  return texts.flatMap((one) => {
    if (!one.isLog) return [one];
    const share = Math.floor((one.text.length * budget) / total);
    const tail = share === 0 ? '' : one.text.slice(-share);
    const text = tail.slice(tail.indexOf('\n') + 1);
    return text === '' ? [] : [{ ...one, text }];
  });
}

function entryOf({ name, text }: { name: string; text: string }): ArchiveEntry {
  const bytes = new TextEncoder().encode(text);
  return {
    name,
    sizeBytes: bytes.length,
    async *content() {
      yield bytes;
    },
  };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
