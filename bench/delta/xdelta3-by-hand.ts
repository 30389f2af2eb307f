/** The same update by xdelta3 alone, with its own defaults: what a patch has, and what making and applying it takes. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Cost, runTimed } from './timed-program';

const run = promisify(execFile);

export type Xdelta3Result = { bytes: number; make: Cost; apply: Cost };

/** `program` is where xdelta3 is. Rejects when it does not give the new image. */
export async function updateByXdelta3(folder: string, program: string, oldImage: string, newImage: string): Promise<Xdelta3Result> {
  const work = join(folder, 'xdelta3');
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const [patch, out, report] = [join(work, 'patch'), join(work, 'out.img'), join(work, 'time')];
  try {
    const make = await runTimed(report, program, ['-e', '-s', oldImage, newImage, patch]);
    const { size: bytes } = await stat(patch);
    const apply = await runTimed(report, program, ['-d', '-s', oldImage, patch, out]);
    await run('cmp', [out, newImage]);
    return { bytes, make, apply };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
