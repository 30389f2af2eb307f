/** Every REST route, in the order of the contract. */
import type { RestRoute } from './route';
import { gatewayStatusRoute } from './routes/gateway-status';
import { historyUpdatesRoute } from './routes/history-updates';
import { jobsCancelRoute } from './routes/jobs-cancel';
import { jobsDecideRoute } from './routes/jobs-decide';
import { jobsListRoute } from './routes/jobs-list';
import { jobsPauseRoute } from './routes/jobs-pause';
import { jobsResumeRoute } from './routes/jobs-resume';
import { monitorDebugRoute } from './routes/monitor-debug';
import { monitorDebugDownloadRoute } from './routes/monitor-debug-download';
import { monitorLogsRoute } from './routes/monitor-logs';
import { monitorSnapshotRoute } from './routes/monitor-snapshot';
import { monitorStatusRoute } from './routes/monitor-status';
import { openApiRoute } from './routes/openapi-document';
import { recoveryFactoryRoute } from './routes/recovery-factory';
import { recoveryRestoreRoute } from './routes/recovery-restore';
import { recoveryRollbackRoute } from './routes/recovery-rollback';
import { recoveryStatusRoute } from './routes/recovery-status';
import { safetyOverrideRoute } from './routes/safety-override';
import { safetyOverrideDecideRoute } from './routes/safety-override-decide';
import { safetyOverrideReadRoute } from './routes/safety-override-read';
import { safetyStatusRoute } from './routes/safety-status';
import { settingsReadRoute } from './routes/settings-read';
import { settingsUpdateRoute } from './routes/settings-update';
import { uploadDeployRoute } from './routes/upload-deploy';
import { uploadVerifyRoute } from './routes/upload-verify';
import { updatesCheckRoute } from './routes/updates-check';
import { updatesDownloadRoute } from './routes/updates-download';
import { updatesInstallRoute } from './routes/updates-install';
import { updatesProgressRoute } from './routes/updates-progress';

export const ROUTES: readonly RestRoute[] = [
  gatewayStatusRoute,
  updatesCheckRoute,
  updatesDownloadRoute,
  updatesProgressRoute,
  updatesInstallRoute,
  uploadVerifyRoute,
  uploadDeployRoute,
  settingsReadRoute,
  settingsUpdateRoute,
  recoveryStatusRoute,
  recoveryRollbackRoute,
  recoveryRestoreRoute,
  recoveryFactoryRoute,
  safetyStatusRoute,
  safetyOverrideRoute,
  safetyOverrideReadRoute,
  safetyOverrideDecideRoute,
  monitorLogsRoute,
  monitorStatusRoute,
  monitorSnapshotRoute,
  monitorDebugRoute,
  monitorDebugDownloadRoute,
  jobsListRoute,
  jobsCancelRoute,
  jobsPauseRoute,
  jobsResumeRoute,
  jobsDecideRoute,
  historyUpdatesRoute,
  openApiRoute(() => ROUTES),
];
