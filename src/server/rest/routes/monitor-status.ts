import { monitorStatusSchema } from '#/protocol/rest/monitor';
import { gatewayQuery } from '#/protocol/rest/values';
import { readFleetLink } from '../../controllers/read-fleet-link';
import { readMonitor } from '../../gateways/read-monitor';
import { nextCheck } from '../../releases/next-check';
import { defineRoute } from '../route';
import { sizeText, wireTimeOrNull } from '../wire-text';

export const monitorStatusRoute = defineRoute({
  method: 'GET',
  path: '/monitor/status',
  tag: 'Monitoring',
  summary: 'State, jobs, health and room of the gateway',
  permission: 'gateway.read',
  query: gatewayQuery,
  body: null,
  response: monitorStatusSchema,
  run: async ({ actor, gateway }) => {
    const { id } = await gateway();
    const [state, link] = await Promise.all([readMonitor(actor, id), readFleetLink()]);
    const { vitals, lastCheckAt } = state;
    return {
      system_status: state.systemStatus,
      current_operation: state.currentOperation,
      last_update_check: wireTimeOrNull(lastCheckAt),
      next_check: wireTimeOrNull(lastCheckAt && nextCheck(lastCheckAt)),
      auto_update: state.autoUpdate ? ('enabled' as const) : ('disabled' as const),
      active_jobs: state.counts.active,
      queued_jobs: state.counts.pending,
      health: state.health,
      resources: {
        disk_free: vitals && sizeText(vitals.diskFreeBytes),
        disk_free_bytes: vitals?.diskFreeBytes ?? null,
        memory_free: vitals && sizeText(vitals.memoryFreeBytes),
        memory_free_bytes: vitals?.memoryFreeBytes ?? null,
        cpu_idle: vitals && Math.round((100 - vitals.cpuPercent) * 10) / 10,
        network_available: state.networkAvailable,
      },
      fleet_link: { ...link, since: wireTimeOrNull(link.since) },
    };
  },
});
