/**
 * One boot of a gateway, composed: journal, outbox, update engine, command desk, link, telemetry. Everything that differs
 * between a real host and a simulated one comes in as a part.
 */
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { SafetyPolicy } from '#/domain/safety/policy';
import type { SignalSet } from '#/domain/safety/signals';
import type { DurableBody } from '#/protocol/mqtt/events';
import type { KeySet } from '#/protocol/trust/keyring';
import { type AgentLog, createAgentLog, type Print } from './agent-log';
import { AGENT_VERSION } from './agent-version';
import { createLogFile } from './log-file';
import { createCommandDesk } from './commands/command-desk';
import { findProgram } from './delta/find-program';
import type { HealthCheck } from './health/health-check';
import { type Identity, writeIdentity } from './identity/identity-file';
import { openJournal } from './journal/journal';
import { type GatewayLink, startGatewayLink } from './link/gateway-link';
import { createLinkQuality, type LinkQuality } from './link/link-quality';
import { openOutbox } from './outbox/outbox';
import type { Clock, EngineView, Reporter, UpdateEngine } from './ports';
import { gatherFacts } from './recovery/bundle-facts';
import type { GatewayFolders } from './recovery/gateway-folders';
import { openRecovery } from './recovery/open-recovery';
import { createGrantDesk } from './safety/grant-desk';
import { createNonces } from './safety/nonces';
import { policyOf } from './safety/policy-in-force';
import { createSignalBoard } from './signals/signal-board';
import type { SignalSource } from './signals/signal-source';
import type { SlotPort } from './slots/slot-port';
import type { Storage } from './storage/storage';
import { openPins } from './trust/pins';
import { startTelemetryLoop, type TelemetryLoop } from './telemetry/telemetry-loop';
import { createUpdateEngine } from './update/engine';
import type { EngineTuning } from './update/engine-deps';
import type { VitalsReader } from './vitals/host-vitals';

/** Of the safety signals, for bundles. */
const KEPT_SAMPLES = 60;

/** The session with the server, for whoever measures it. */
export type Session = { isConnected(): boolean; quality: LinkQuality };

export type GatewayParts = {
  clock: Clock;
  storage: Storage;
  dataFolder: string;
  identity: Identity;
  /** The gateway's own data, which snapshots hold and a reset wipes. */
  folders: GatewayFolders;
  /** Path of the recovery image, where the host keeps one. */
  recoveryImage?: string | null;
  /** Other secrets than the identity's that no bundle may hold. */
  secrets?: readonly string[];
  serverUrl: string;
  mqttUrl: string;
  device: { serialNumber: string; model: string; hardwareRevision: string };
  /** Opened: the machine has booted. */
  slots: SlotPort;
  sources(session: Session): readonly SignalSource[];
  health(session: Session): HealthCheck;
  /** `view` is what the engine does, for a simulation whose load follows the work. */
  vitals(view: () => EngineView): VitalsReader;
  /**
   * Restarts the machine; `end` closes this boot in order. Resolves never, or rejects when the restart did not come.
   */
  reboot(reason: string, end: () => Promise<void>): Promise<void>;
  fetchHttp: typeof fetch;
  print: Print;
  /** Instead of those of the enrolment, while no signed set has replaced them; null: none. */
  releaseKeys?: KeySet | null;
  basePolicy?: SafetyPolicy;
  motionSources?: number;
  tuning?: Partial<EngineTuning>;
  telemetryMs?: number;
  reconnectMs?: number;
  openStream?: () => Duplex;
};

export type RunningGateway = {
  isConnected(): boolean;
  view(): EngineView;
  /** Waits until what runs has reached a safe point; everything is on disk when it resolves. */
  stop(): Promise<void>;
};

export async function runGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { clock, storage, dataFolder, identity, slots } = parts;
  const print = createLogFile(storage, join(parts.folders.logs, 'agent.log'), clock, parts.print);
  const { gatewayId } = identity;
  const journal = await openJournal(storage, join(dataFolder, 'journal.json'));
  const outbox = await openOutbox({ storage, folder: join(dataFolder, 'outbox'), clock });
  const log = createAgentLog(clock, print, (body) => outbox.append(body));
  const policy = () => policyOf(journal.read(), parts.basePolicy);
  let link: GatewayLink | null = null;
  let telemetry: TelemetryLoop | null = null;
  let ended: Promise<void> | null = null;

  const session: Session = { isConnected: () => link?.isConnected() ?? false, quality: createLinkQuality(clock.monotonicMs) };
  const signals = createSignalBoard({
    clock,
    sources: parts.sources(session),
    policy,
    motionSources: parts.motionSources,
    onFault: (source, reason) => log.write('warning', 'safety', `the source ${source} fails: ${reason}`),
  });
  const reporter: Reporter = {
    async durable(body) {
      printBody(print, body);
      await outbox.append(body);
    },
    progress: (report) => link?.progress({ v: 1, ...report, at: new Date(clock.nowMs()).toISOString() }),
  };

  async function closeAll(): Promise<void> {
    // Quickly: before a restart the crane has been looked at, and the look must not grow old.
    await Promise.all([telemetry?.stop(), link?.close(), recovery.stop()]);
    await outbox.close();
  }
  const end = (): Promise<void> => {
    ended ??= closeAll();
    return ended;
  };

  const pins = await openPins(
    storage,
    join(dataFolder, 'pins.json'),
    parts.releaseKeys === undefined ? (identity.releaseKeys ?? null) : parts.releaseKeys,
  );
  let grantKeys = identity.grantKeys ?? [];
  const nonces = createNonces(clock);
  const grants = createGrantDesk({
    gatewayId,
    bootId: slots.bootId,
    clock,
    journal,
    reporter,
    nonces,
    keys: () => grantKeys,
    policy,
    silentForMs: () => session.quality.measure().sessionAgeMs,
  });
  const samples: { at: string; signals: SignalSet }[] = [];
  const server = { baseUrl: parts.serverUrl, gatewayId, secret: identity.secret };
  const recovery = await openRecovery({
    storage,
    dataFolder,
    folders: parts.folders,
    recoveryImage: parts.recoveryImage ?? null,
    clock,
    reporter,
    journal,
    signals,
    policy,
    fetchHttp: parts.fetchHttp,
    server,
    secrets: parts.secrets ?? [],
    facts: (kind) =>
      gatherFacts(
        {
          ...{ clock, identity, device: parts.device, journal, outbox, slots, policy },
          snapshots: recovery.snapshots,
          view: () => engine.view(),
          samples: () => samples,
        },
        kind,
      ),
    onError: (message) => log.sometimes(message, 'warning', 'recovery', message),
  });
  const engine: UpdateEngine = createUpdateEngine({
    clock,
    storage,
    stagingFolder: join(dataFolder, 'staging'),
    delta: { folder: join(dataFolder, 'delta'), xdelta3: await findProgram('xdelta3') },
    slots,
    journal,
    reporter,
    signals,
    grants,
    pins,
    async pinGrantKeys(keys) {
      await writeIdentity(storage, dataFolder, { ...identity, grantKeys: keys });
      grantKeys = keys;
    },
    rebooter: { reboot: (reason) => parts.reboot(reason, end) },
    health: parts.health(session),
    fetchHttp: parts.fetchHttp,
    server,
    recovery,
    hardwareRevision: parts.device.hardwareRevision,
    basePolicy: parts.basePolicy,
    tuning: parts.tuning,
  });
  await engine.start();
  await recovery.start();
  const running: RunningGateway = {
    isConnected: session.isConnected,
    view: () => engine.view(),
    async stop() {
      await engine.stop();
      await end();
    },
  };
  // The engine may have found at once that it must restart.
  if (ended !== null) return running;

  const desk = createCommandDesk({
    gatewayId,
    keys: identity.commandKeys,
    clock,
    log: journal.commandLog,
    reporter,
    engine,
    onUnsigned: (code, message) => log.sometimes(code, 'warning', 'system', `a command was refused: ${message}`, { code }),
  });
  link = startGatewayLink({
    url: parts.mqttUrl,
    gatewayId,
    password: identity.secret,
    bootId: slots.bootId,
    outbox,
    async sayHello() {
      const { bootId, bootedAt, activeSlot, slots: reports, rollbackCount, job } = engine.view();
      const { osVersion, kernel } = await slots.booted();
      const place = { bootId, bootedAt, activeSlot, slots: reports, rollbackCount, job };
      const host = { agentVersion: AGENT_VERSION, osVersion, kernel, bootloader: slots.bootloader, ...parts.device };
      print(
        'info',
        `system: connected; slot ${activeSlot} runs ${reports.find((one) => one.id === activeSlot)?.version ?? 'an unknown version'}`,
      );
      await outbox.append({
        type: 'hello',
        ...host,
        ...place,
        lastCommandSeq: journal.commandLog.lastSeq(),
        releaseKeys: pins.report(),
        restoresFiles: true,
      });
      await recovery.sayList();
    },
    // The relay sends again what was not answered.
    onCommand: (jws) =>
      void desk.receive(jws).catch((error: unknown) => log.sometimes('desk', 'error', 'system', failed('a command', error))),
    onError: (error) => complain(log, error),
    quality: session.quality,
    openStream: parts.openStream,
    ...(parts.reconnectMs === undefined ? {} : { reconnectMs: parts.reconnectMs }),
  });
  telemetry = startTelemetryLoop({
    clock,
    signals,
    vitals: parts.vitals(() => engine.view()),
    policy,
    nonce: nonces.current,
    bootId: slots.bootId,
    onSample: (sample) => {
      samples.push({ at: new Date(clock.nowMs()).toISOString(), signals: sample });
      if (samples.length > KEPT_SAMPLES) samples.shift();
      return grants.look(sample);
    },
    isConnected: session.isConnected,
    send: (report) => link?.telemetry(report),
    onError: (error) => log.sometimes('telemetry', 'warning', 'system', failed('telemetry', error)),
    ...(parts.telemetryMs === undefined ? {} : { reportMs: parts.telemetryMs }),
  });
  return running;
}

const failed = (what: string, error: unknown) => `${what} failed: ${error instanceof Error ? error.message : error}`;

/** A lost connection is normal life and no news for the server, which sees it itself; a refusal is. */
function complain(log: AgentLog, error: Error): void {
  const level = /refused|not authorized/i.test(error.message) && 'code' in error && typeof error.code === 'number' ? 'warning' : 'debug';
  log.sometimes(`link ${error.message}`, level, 'system', `the connection to the broker failed: ${error.message || 'no answer'}`);
}

function printBody(print: Print, body: DurableBody): void {
  if (body.type === 'job')
    print(body.event === 'fail' || body.event === 'roll_back' ? 'warning' : 'info', `ota: ${body.jobId} ${body.state}: ${body.message}`);
  if (body.type === 'log') for (const entry of body.entries) print(entry.level, `${entry.source}: ${entry.message}`);
  // A command that came twice is the relay's care, not a refusal.
  if (body.type === 'command_result' && body.code !== 'OK')
    print(body.code === 'CMD_REPLAYED' ? 'debug' : 'warning', `system: command ${body.seq} is answered ${body.code}: ${body.message}`);
}
