/** What the agent has to tell people: to the terminal at once, and to the server through the outbox. */
import type { DurableBody } from '#/protocol/mqtt/events';
import type { Clock } from './ports';

type Entry = Extract<DurableBody, { type: 'log' }>['entries'][number];
export type LogLevel = Entry['level'];
export type LogSource = Entry['source'];
/** One line for the terminal, without line end. */
export type Print = (level: LogLevel, text: string) => void;

export type AgentLog = {
  write(level: LogLevel, source: LogSource, message: string, details?: Record<string, unknown>): void;
  /** Says a repeating thing at most once a minute, with how often it came. */
  sometimes(key: string, level: LogLevel, source: LogSource, message: string, details?: Record<string, unknown>): void;
};

const SOMETIMES_MS = 60_000;
/** What comes from outside may be long; the wire takes so much. */
const LONGEST = 1000;

export function createAgentLog(clock: Clock, print: Print, append: (body: DurableBody) => Promise<unknown>): AgentLog {
  const said = new Map<string, { atMs: number; swallowed: number }>();

  function write(level: LogLevel, source: LogSource, message: string, details: Record<string, unknown> = {}): void {
    const text = message.slice(0, LONGEST);
    print(level, `${source}: ${text}`);
    if (level === 'debug') return;
    const entry: Entry = { at: new Date(clock.nowMs()).toISOString(), level, source, message: text, details };
    append({ type: 'log', entries: [entry] }).catch(() => print('error', 'system: a log entry could not be stored'));
  }

  return {
    write,
    sometimes(key, level, source, message, details) {
      const nowMs = clock.monotonicMs();
      const before = said.get(key);
      if (before && nowMs - before.atMs < SOMETIMES_MS) {
        before.swallowed += 1;
        return;
      }
      said.set(key, { atMs: nowMs, swallowed: 0 });
      const more = before && before.swallowed > 0 ? ` (${before.swallowed} times more since then)` : '';
      write(level, source, message + more, details);
    },
  };
}

/** Prints to standard error what is at least as grave as `least`. */
export function createStderrPrint(least: LogLevel, prefix = ''): Print {
  const order: LogLevel[] = ['debug', 'info', 'warning', 'error'];
  return (level, text) => {
    if (order.indexOf(level) < order.indexOf(least)) return;
    process.stderr.write(`${new Date().toISOString()} ${level} ${prefix}${text.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  };
}
