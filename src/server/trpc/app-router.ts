/** The tRPC root. One router per feature, one small file each. */
import { router } from './init';
import { accountRouter } from './routers/account';
import { alarmsRouter } from './routers/alarms';
import { channelsRouter } from './routers/channels';
import { fleetRouter } from './routers/fleet';
import { gatewaysRouter } from './routers/gateways';
import { jobsRouter } from './routers/jobs';
import { liveRouter } from './routers/live';
import { logsRouter } from './routers/logs';
import { overridesRouter } from './routers/overrides';
import { recoveryRouter } from './routers/recovery';
import { releasesRouter } from './routers/releases';
import { safetyRouter } from './routers/safety';
import { settingsRouter } from './routers/settings';
import { sitesRouter } from './routers/sites';
import { telemetryRouter } from './routers/telemetry';
import { trustRouter } from './routers/trust';
import { updatesRouter } from './routers/updates';

export const appRouter = router({
  account: accountRouter,
  alarms: alarmsRouter,
  channels: channelsRouter,
  fleet: fleetRouter,
  gateways: gatewaysRouter,
  jobs: jobsRouter,
  live: liveRouter,
  logs: logsRouter,
  overrides: overridesRouter,
  recovery: recoveryRouter,
  releases: releasesRouter,
  safety: safetyRouter,
  settings: settingsRouter,
  sites: sitesRouter,
  telemetry: telemetryRouter,
  trust: trustRouter,
  updates: updatesRouter,
});

export type AppRouter = typeof appRouter;
