/** Outbox relay: woken by hints, with a slow poll behind them; signs and publishes what is due. */
import { topicFor } from '#/protocol/mqtt/topics';
import { signCommand } from '#/server/commands/sign-command';
import { logger } from '#/server/config/logger';
import { getLiveHub } from '#/server/live/hub';
import type { MqttLink } from '../mqtt-link';
import { RELAY_BATCH, takeDueCommands } from './take-due';

const POLL_MS = 1000;
/** More hinted gateways than this: all are looked at. */
const MAX_HINTED = 500;

export function startRelay(link: Pick<MqttLink, 'publish' | 'isConnected' | 'onHearing'>): { stop(): Promise<void> } {
  const hinted = new Set<string>();
  let all = false;
  let running: Promise<void> | null = null;
  let stopped = false;

  const work = async () => {
    // Nothing is marked as sent while there is no way to send it.
    while (!stopped && link.isConnected() && (all || hinted.size > 0)) {
      const gatewayIds = all || hinted.size > MAX_HINTED ? null : [...hinted];
      all = false;
      hinted.clear();
      try {
        const commands = await takeDueCommands(gatewayIds);
        for (const command of commands) link.publish(topicFor(command.gatewayId, 'cmd'), await signCommand(command));
        if (commands.length >= RELAY_BATCH) all = true;
      } catch (error) {
        // The poll comes again.
        logger.warn({ reason: (error as Error).message.slice(-300) }, 'relay: will try again');
      }
    }
  };
  const wake = () => {
    running ??= work().finally(() => {
      running = null;
      // A hint that came while the last turn was ending.
      if (!stopped && link.isConnected() && (all || hinted.size > 0)) wake();
    });
  };
  const wakeAll = () => {
    all = true;
    wake();
  };
  const stopHints = getLiveHub().onHint((hint) => {
    if (hint.kind !== 'outbox') return;
    hinted.add(hint.gatewayId);
    wake();
  });
  link.onHearing(wakeAll);
  const timer = setInterval(wakeAll, POLL_MS);
  wakeAll();
  return {
    async stop() {
      stopped = true;
      stopHints();
      clearInterval(timer);
      await running;
    },
  };
}
