/** demo.json and fleet/plan.json: secrets inside, so readable by their owner only; replaced whole, never half written. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';

export function demoInfoFile(home: string): string {
  return join(home, 'demo.json');
}

export function fleetPlanFile(home: string): string {
  return join(home, 'fleet', 'plan.json');
}

/** The file's content, or null when it is missing, torn or of another shape. */
export async function readHomeFile<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

export async function writeHomeFile(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
