/** Signals that another program brings: a JSON file that it keeps, a command that prints JSON, or an HTTP address. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../ports';
import { parseReading, type SignalSource } from './signal-source';

const MOST_BYTES = 65_536;

/** A file that is not rewritten grows old with its modification time, as a sensor that hangs should. */
export function createFileSource(name: string, path: string): SignalSource {
  return {
    name,
    async read(signal) {
      const { mtimeMs } = await stat(path);
      return parseReading(JSON.parse(await readFile(path, { encoding: 'utf8', signal })), mtimeMs);
    },
  };
}

export function createExecSource(name: string, command: readonly string[], clock: Clock, timeoutMs?: number): SignalSource {
  const [program = '', ...parameters] = command;
  return {
    name,
    timeoutMs,
    read(signal) {
      const askedAtMs = clock.nowMs();
      return new Promise((resolve, reject) => {
        execFile(program, parameters, { signal, encoding: 'utf8', maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
          if (error) return reject(new Error(stderr.trim().split('\n').at(-1) || error.message));
          try {
            resolve(parseReading(JSON.parse(stdout), askedAtMs));
          } catch {
            reject(new Error(`${program} does not print JSON`));
          }
        });
      });
    },
  };
}

export function createHttpSource(name: string, url: string, clock: Clock, fetchHttp: typeof fetch, timeoutMs?: number): SignalSource {
  return {
    name,
    timeoutMs,
    async read(signal) {
      const askedAtMs = clock.nowMs();
      const response = await fetchHttp(url, { signal, headers: { accept: 'application/json' } });
      const text = await response.text();
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
      return parseReading(JSON.parse(text), askedAtMs);
    },
  };
}
