import { DomainError } from '#/domain/errors/domain-error';
import type { Actor } from '../access/actor';
import type { FoundGateway } from '../gateways/find-gateway';
import { findJob } from '../jobs/find-job';

/** A request that names a gateway beside the job means a job of that gateway: JOB_NOT_FOUND otherwise. */
export async function requireSameGateway(actor: Actor, jobId: string, named: FoundGateway | null): Promise<void> {
  if (named === null) return;
  const job = await findJob(actor, jobId);
  if (job.gatewayId === named.id) return;
  throw new DomainError('JOB_NOT_FOUND', `${named.name} has no job ${jobId}.`, { job_id: jobId, gateway_id: named.id });
}
