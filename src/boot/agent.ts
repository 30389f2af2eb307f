/** The gateway program: `node dist/agent.mjs --config FILE [--enrol-token TOKEN]`. Runs until it is stopped or restarts itself. */
import { parseArgs } from 'node:util';
import { createStderrPrint } from '#/agent/agent-log';
import { AGENT_VERSION } from '#/agent/agent-version';
import { systemClock } from '#/agent/clock';
import { type AgentConfig, basePolicyOf, ConfigError, foldersOf, readConfig } from '#/agent/config/agent-config';
import { createHealthCheck, type HealthCheck } from '#/agent/health/health-check';
import { startLean } from '#/agent/host/lean-memory';
import { createReboot, openSlots } from '#/agent/host/open-slots';
import { openSources } from '#/agent/host/open-sources';
import { EnrolmentRefusedError, obtainIdentity } from '#/agent/identity/enrol';
import { IdentityUnreadableError } from '#/agent/identity/identity-file';
import { type RunningGateway, runGateway, type Session } from '#/agent/run-gateway';
import { createNodeStorage } from '#/agent/storage/node-storage';
import { createHostVitals } from '#/agent/vitals/host-vitals';

const USAGE = `Usage: node agent.mjs --config FILE [--enrol-token TOKEN]
       node agent.mjs --version`;
/** sysexits.h: wrong usage; a configuration that cannot work. */
const EX_USAGE = 64;
const EX_CONFIG = 78;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      'enrol-token': { type: 'string' },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.version) return void process.stdout.write(`${AGENT_VERSION}\n`);
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (values.config === undefined) throw new TypeError('--config is missing');
  const config = await readConfig(values.config);
  startLean();
  const stopping = new AbortController();
  let gateway: RunningGateway | null = null;
  const stop = () => {
    stopping.abort();
    // Before it runs there is nothing to bring to a safe point.
    if (gateway === null) return;
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  gateway = await start(config, values['enrol-token'] ?? config.enrolmentToken ?? null, stopping.signal);
  if (stopping.signal.aborted) stop();
}

async function start(config: AgentConfig, token: string | null, signal: AbortSignal): Promise<RunningGateway> {
  const { dataFolder, serverUrl, serialNumber, model, hardwareRevision } = config;
  const [clock, storage, print] = [systemClock, createNodeStorage(), createStderrPrint(config.logLevel)];
  const device = { serialNumber, model, hardwareRevision };
  const onDelay = (reason: string) => print('warning', `system: enrolment is not possible yet and is tried again: ${reason}`);
  const identity = await obtainIdentity({ storage, dataFolder, serverUrl, token, device, fetchHttp: fetch, onDelay, signal });
  return runGateway({
    clock,
    storage,
    dataFolder,
    identity,
    folders: foldersOf(config),
    recoveryImage: config.recovery.image ?? null,
    secrets: token === null ? [] : [token],
    serverUrl,
    mqttUrl: config.mqttUrl ?? identity.mqttUrl,
    device,
    slots: await openSlots(config, storage, clock),
    sources: (session) => openSources(config, session, clock),
    health: (session) => healthOf(config, session),
    vitals: () => createHostVitals(dataFolder),
    reboot: createReboot(config, clock),
    fetchHttp: fetch,
    print,
    basePolicy: basePolicyOf(config),
    motionSources: config.motionSources,
    ...(config.releaseKeys === undefined ? {} : { releaseKeys: config.releaseKeys }),
    telemetryMs: config.telemetrySeconds * 1000,
  });
}

function healthOf({ health }: AgentConfig, session: Session): HealthCheck {
  const times = { deadlineMs: health.deadlineSeconds * 1000, intervalMs: health.everySeconds * 1000 };
  switch (health.kind) {
    case 'command': {
      const [program = '', ...parameters] = health.command;
      return createHealthCheck({ kind: 'command', program, parameters, ...times }, systemClock);
    }
    case 'http':
      return createHealthCheck({ kind: 'http', url: health.url, ...times }, systemClock);
    case 'session':
      return createHealthCheck({ kind: 'none', isConnected: session.isConnected, ...times }, systemClock);
  }
}

/** One sentence for a person, and a status that tells a service manager whether another start may help. */
function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const usage = error instanceof TypeError;
  process.stderr.write(`fairlead agent: ${message}\n${usage ? `${USAGE}\n` : ''}`);
  const final = error instanceof ConfigError || error instanceof EnrolmentRefusedError || error instanceof IdentityUnreadableError;
  process.exit(usage ? EX_USAGE : final ? EX_CONFIG : 1);
}

main().catch((error: unknown) => {
  // Stopped while it was still enrolling.
  if (error instanceof Error && error.name === 'AbortError') process.exit(0);
  fail(error);
});
