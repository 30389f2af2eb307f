/** Outbox relay: woken by hints, with a slow poll behind them; signs and publishes what is due. */
import { topicFor } from '#/protocol/mqtt/topics';
import { signCommand } from '#/server/commands/sign-command';
import { logger } from '#/server/config/logger';
import { getLiveHub } from '#/server/live/hub';
import type { Publish } from '../mqtt-link';
import { closeExpired, takeDueCommands } from './take-due';

const POLL_MS = 1000;

export function startRelay(publish: Publish): { stop(): Promise<void> } {
  let dirty = false;
  let running: Promise<void> | null = null;
  let stopped = false;
  const work = async () => {
    while (dirty && !stopped) {
      dirty = false;
      try {
        await closeExpired();
        const commands = await takeDueCommands(null);
        for (const command of commands) publish(topicFor(command.gatewayId, 'cmd'), await signCommand(command));
        if (commands.length > 0) dirty = true;
      } catch (error) {
        logger.warn({ reason: (error as Error).message }, 'relay: will try again');
      }
    }
    running = null;
  };
  const wake = () => {
    dirty = true;
    running ??= work();
  };
  const stopHints = getLiveHub().onHint((hint) => hint.kind === 'outbox' && wake());
  const timer = setInterval(wake, POLL_MS);
  wake();
  return {
    async stop() {
      stopped = true;
      stopHints();
      clearInterval(timer);
      await running;
    },
  };
}
