/** Asks for an override of one gateway or of many: one request for each, all or none of them written. */
import { z } from 'zod';
import { DomainError } from '#/domain/errors/domain-error';
import { constraintBoundSchema, constraintSchema, operationClassSchema } from '#/domain/safety/bounds';
import { LEAST_REASON_LENGTH, REASON_CODES } from '#/domain/safety/override-request';
import { LONGEST_OVERRIDE_S, SHORTEST_OVERRIDE_S } from '#/domain/safety/site-policy';
import type { Actor } from '../access/actor';
import { verifyPin } from '../access/verify-pin';
import { getDb } from '../db/client';
import { newPublicId } from '../jobs/job-id';
import { lockGatewaysAndSites } from './lock-override';
import { planRequest } from './plan-request';
import { writeRequest, type WrittenRequest } from './write-request';

const line = (least: number, most: number) => z.string().trim().min(least, `Use at least ${least} characters`).max(most);

export const requestOverrideSchema = z.object({
  gatewayIds: z.array(z.uuid()).min(1, 'Name at least one gateway').max(100),
  /** With the bound of each, or by name: then it covers the present value. None: those that block now. */
  bounds: z.array(constraintBoundSchema).max(5).default([]),
  constraints: z.array(constraintSchema).max(5).default([]),
  /** Null: the unfinished job of the gateway, if there is one. */
  jobId: z.string().max(40).nullable().default(null),
  operation: operationClassSchema.default('O3'),
  durationSeconds: z.number().int().min(SHORTEST_OVERRIDE_S).max(LONGEST_OVERRIDE_S),
  reasonCode: z.enum(REASON_CODES),
  reason: line(LEAST_REASON_LENGTH, 1000),
  measures: z.array(line(3, 300)).min(1, 'Name at least one compensating measure').max(10),
  /** A supervisor alone, with own PIN; raises an alarm and is reviewed. */
  breakGlass: z.boolean().default(false),
  /** Needed where the caller authorises it alone. */
  pin: z.string().max(64).optional(),
});
export type RequestOverrideInput = z.input<typeof requestOverrideSchema>;
export type RequestedOverrides = { batchId: string; requests: WrittenRequest[] };

/**
 * Writes the requests. Those that the caller may authorise alone (the policy asks for no approver, or behind broken glass)
 * are in force at once, with the PIN; the others wait for their approvers.
 */
export async function requestOverride(actor: Actor, given: RequestOverrideInput): Promise<RequestedOverrides> {
  const input = requestOverrideSchema.parse(given);
  const gatewayIds = [...new Set(input.gatewayIds)].sort();
  if (input.jobId !== null && gatewayIds.length > 1) throw oneJobManyGateways();
  // Refuse before the PIN is spent; everything is looked at again under the locks.
  const plans = await Promise.all(gatewayIds.map((id) => planRequest(getDb(), actor, id, input)));
  const alone = plans.some((plan) => plan.alone);
  if (alone) await verifyPin(actor, requirePin(input.pin), input.breakGlass ? 'override.break_glass' : 'override.enable');
  const batchId = newPublicId('OVR');
  return getDb().$transaction(
    async (tx) => {
      const requests: WrittenRequest[] = [];
      await lockGatewaysAndSites(
        tx,
        plans.map(({ gateway }) => ({ gatewayId: gateway.id, siteId: gateway.siteId })),
      );
      for (const plan of plans) {
        const fresh = await planRequest(tx, actor, plan.gateway.id, input);
        // What nobody has given a PIN for is not put in force by a policy that has changed in between.
        if (fresh.alone && !alone) throw new DomainError('CONFLICT', 'The site’s safety policy has just changed. Ask again.');
        requests.push(await writeRequest(tx, actor, fresh, input, plans.length === 1 ? batchId : newPublicId('OVR'), batchId));
      }
      return { batchId, requests };
    },
    { timeout: 30_000 },
  );
}

function requirePin(pin: string | undefined): string {
  if (pin !== undefined && pin !== '') return pin;
  throw new DomainError('INVALID_PIN', 'Enter your PIN: you authorise this alone.', { pin_required: true }, ['Enter your PIN']);
}

function oneJobManyGateways(): DomainError {
  return new DomainError('VALIDATION_FAILED', 'A job is of one gateway; this request names several.', {
    fields: [{ path: 'jobId', message: 'only with one gateway' }],
  });
}
