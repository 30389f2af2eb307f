/** Runs a program of the comparison and tells what it took, as /usr/bin/time of GNU measures it. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** memoryBytes: the largest resident set of the program or of any child of it that it waited for. */
export type Cost = { seconds: number; cpuSeconds: number; memoryBytes: number };

/** `report` is a file that is written for it. Rejects when the program fails. */
export async function runTimed(report: string, program: string, args: readonly string[]): Promise<Cost> {
  await run('/usr/bin/time', ['-f', '%e %U %S %M', '-o', report, program, ...args], { maxBuffer: 2 ** 24 });
  const [seconds = 0, user = 0, system = 0, kibibytes = 0] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
  await rm(report);
  return { seconds, cpuSeconds: user + system, memoryBytes: kibibytes * 1024 };
}
