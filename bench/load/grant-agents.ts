/**
 * A process of its own with gateways that hold grants: the agent's own link, telemetry, command verification, journal on disk
 * and grant desk. What the update engine would do with a grant is not in it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '#/agent/clock';
import { createCommandDesk } from '#/agent/commands/command-desk';
import { openJournal } from '#/agent/journal/journal';
import { startGatewayLink } from '#/agent/link/gateway-link';
import { createLinkQuality } from '#/agent/link/link-quality';
import { openOutbox } from '#/agent/outbox/outbox';
import type { CommandResult, Reporter } from '#/agent/ports';
import { createGrantDesk } from '#/agent/safety/grant-desk';
import { createNonces } from '#/agent/safety/nonces';
import { policyOf } from '#/agent/safety/policy-in-force';
import { createSignalBoard } from '#/agent/signals/signal-board';
import type { SignalSource } from '#/agent/signals/signal-source';
import { createNodeStorage } from '#/agent/storage/node-storage';
import { startTelemetryLoop } from '#/agent/telemetry/telemetry-loop';
import { createHostVitals } from '#/agent/vitals/host-vitals';
import type { CommandBody } from '#/protocol/mqtt/commands';
import { sharedNowMs } from '../world/statistics';
import { BENCH_BOOT_ID, type GrantSeen, type ToGrantAgents } from './messages';

const clock = systemClock;
const storage = createNodeStorage();

/** Calm, but for a battery between its hard and its soft limit. */
const worn: SignalSource = {
  name: 'bench',
  async read() {
    const sampledAtMs = clock.nowMs();
    const moved = new Date(sampledAtMs - 3_600_000).toISOString();
    return {
      crane_motion: { sampledAtMs, value: { moving: false, loadSuspended: false, sourcesDisagree: false, lastMovementAt: moved } },
      acs_collision: { sampledAtMs, value: { distanceM: 40, zone: 'clear', fault: false } },
      ups_battery: { sampledAtMs, value: { levelPercent: 25, onBattery: false, runtimeSeconds: 3600 } },
      network_connectivity: { sampledAtMs, value: { rttMs: 5, lossPercent: 0, sessionAgeMs: 100 } },
      disk_space: { sampledAtMs, value: { freeBytes: 20e9, totalBytes: 64e9 } },
    };
  },
};

async function startAgent(gatewayId: string, { url, secret, folder, commandKeys, grantKeys }: ToGrantAgents): Promise<() => boolean> {
  const home = join(folder, gatewayId);
  await mkdir(home, { recursive: true });
  const journal = await openJournal(storage, join(home, 'journal.json'));
  const outbox = await openOutbox({ storage, folder: join(home, 'outbox'), clock });
  const reporter: Reporter = { durable: async (body) => void (await outbox.append(body)), progress: () => undefined };
  const quality = createLinkQuality(clock.monotonicMs);
  const nonces = createNonces(clock);
  const policy = () => policyOf(journal.read(), undefined);
  let pinned = grantKeys;
  const grants = createGrantDesk({
    gatewayId,
    bootId: BENCH_BOOT_ID,
    clock,
    journal,
    reporter,
    nonces,
    keys: () => pinned,
    policy,
    silentForMs: () => quality.measure().sessionAgeMs,
  });

  async function handle(body: CommandBody): Promise<CommandResult> {
    switch (body.name) {
      case 'grant.offer':
        return tell('accepted', await grants.offer(body.grant));
      case 'grant.revoke':
        return tell('revoked', await grants.revoke(body.grantId, body.reason));
      case 'keys.pin':
        pinned = body.grantKeys;
        return { code: 'OK', message: 'pinned' };
      default:
        return { code: 'CMD_UNKNOWN', message: `${body.name} is not of this benchmark` };
    }
  }

  function tell(what: GrantSeen['what'], result: CommandResult): CommandResult {
    if (result.code === 'OK') process.send?.({ kind: 'grant', what, gatewayId, atMs: sharedNowMs() } satisfies GrantSeen);
    else complain(result.message);
    return result;
  }

  const onUnsigned = (code: string, message: string) => complain(`${code} ${message}`);
  const desk = createCommandDesk({
    gatewayId,
    keys: commandKeys,
    clock,
    log: journal.commandLog,
    reporter,
    engine: { handle },
    onUnsigned,
  });
  const link = startGatewayLink({
    url,
    gatewayId,
    password: secret,
    bootId: BENCH_BOOT_ID,
    outbox,
    sayHello: async () => undefined,
    onCommand: (jws) => void desk.receive(jws).catch(complain),
    onError: complain,
    quality,
  });
  startTelemetryLoop({
    clock,
    signals: createSignalBoard({ clock, sources: [worn], policy }),
    vitals: createHostVitals(home),
    policy,
    nonce: nonces.current,
    bootId: BENCH_BOOT_ID,
    onSample: (sample) => grants.look(sample),
    isConnected: link.isConnected,
    send: link.telemetry,
    onError: complain,
  });
  return link.isConnected;
}

function complain(error: unknown): void {
  process.stderr.write(`  grant agents: ${error instanceof Error ? error.message : error}\n`);
}

process.on('message', async (message: ToGrantAgents) => {
  const agents = await Promise.all(message.gatewayIds.map((id) => startAgent(id, message)));
  while (!agents.every((isConnected) => isConnected())) await clock.wait(50);
  process.send?.({ kind: 'connected' });
});
// Nothing of it is needed afterwards: the folder goes with the world.
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
