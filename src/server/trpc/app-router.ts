/** The tRPC root. One router per feature, one small file each. */
import { router } from './init';
import { accountRouter } from './routers/account';
import { fleetRouter } from './routers/fleet';
import { gatewaysRouter } from './routers/gateways';
import { jobsRouter } from './routers/jobs';
import { liveRouter } from './routers/live';
import { sitesRouter } from './routers/sites';

export const appRouter = router({
  account: accountRouter,
  fleet: fleetRouter,
  gateways: gatewaysRouter,
  jobs: jobsRouter,
  live: liveRouter,
  sites: sitesRouter,
});

export type AppRouter = typeof appRouter;
