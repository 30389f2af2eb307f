/** Every command that arrives passes here once, one after another: verified, carried out, recorded, answered. */
import { z } from 'zod';
import type { CommandLog } from '../journal/command-log';
import type { CommandRecord } from '../journal/journal-schema';
import type { Clock, CommandResult, Reporter, UpdateEngine } from '../ports';
import type { PinnedKey } from './open-signed';
import { verifyCommand } from './verify-command';

export type CommandDeskDeps = {
  gatewayId: string;
  keys: readonly PinnedKey[];
  clock: Pick<Clock, 'nowMs'>;
  log: CommandLog;
  reporter: Pick<Reporter, 'durable'>;
  engine: Pick<UpdateEngine, 'handle'>;
  /** A refusal of something that no signature vouches for: never answered, for then anyone could fill the disk. */
  onUnsigned(code: CommandResult['code'], message: string): void;
};

export type CommandDesk = {
  /** One compact JWS. Rejects only when disk or engine fail: the relay sends the command again. */
  receive(jws: string): Promise<void>;
};

const text = z.string().transform((value) => value.slice(0, 500));

export function createCommandDesk(deps: CommandDeskDeps): CommandDesk {
  /** Commands whose first answer is known to be in the outbox; after a restart none is. */
  const answered = new Set<string>();
  let last: Promise<void> = Promise.resolve();

  const answer = (entry: CommandRecord) =>
    deps.reporter.durable({
      type: 'command_result',
      commandId: entry.id,
      seq: entry.seq,
      code: entry.code,
      message: text.parse(entry.message),
      details: entry.details,
    });

  async function work(jws: string): Promise<void> {
    const verified = await verifyCommand(jws, deps.gatewayId, deps.keys, deps.clock.nowMs());
    if (!verified.ok) {
      const { code, message, signedId } = verified;
      if (!signedId) return deps.onUnsigned(code, message);
      return answer({ id: signedId.commandId, seq: signedId.seq, code, message, details: {} });
    }
    const { jti, seq, body } = verified.claims;
    const first = deps.log.find(jti);
    if (first && !answered.has(jti)) {
      // A crash may have come between record and answer; the server would take a mere CMD_REPLAYED for a refusal.
      await answer(first);
      answered.add(jti);
      return;
    }
    if (first) {
      const details = { first: { code: first.code, message: first.message, details: first.details } };
      return answer({ id: jti, seq, code: 'CMD_REPLAYED', message: 'the command was answered before', details });
    }
    if (seq <= deps.log.lastSeq()) {
      const details = { lastSeq: deps.log.lastSeq() };
      return answer({ id: jti, seq, code: 'CMD_REPLAYED', message: 'a later command was answered before', details });
    }
    const result = await deps.engine.handle(body);
    const entry = { id: jti, seq, code: result.code, message: text.parse(result.message), details: result.details ?? {} };
    await deps.log.record(entry);
    await answer(entry);
    answered.add(jti);
  }

  return {
    receive(jws) {
      const run = last.then(() => work(jws));
      last = run.catch(() => {});
      return run;
    },
  };
}
