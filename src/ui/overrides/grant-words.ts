import type { Priority } from '../kit/mark';
import type { OverrideRow } from './register-csv';

type Grant = Pick<OverrideRow['grants'][number], 'state' | 'suspendedAt' | 'lastCode'>;

/** Where a signed grant is: on its way, at the gateway, suspended, used or refused. */
export function grantWords(grant: Grant): { label: string; priority: Priority } {
  switch (grant.state) {
    case 'issued':
      return grant.lastCode
        ? { label: `The gateway did not take it yet (${grant.lastCode})`, priority: 'p3' }
        : { label: 'On its way to the gateway', priority: 'info' };
    case 'active':
      return grant.suspendedAt
        ? { label: 'Suspended: the gateway lost its link', priority: 'p3' }
        : { label: 'The gateway holds it', priority: 'info' };
    case 'used':
      return { label: 'Used', priority: 'none' };
    case 'expired':
      return { label: 'Expired', priority: 'none' };
    case 'revoked':
      return { label: 'Revoked', priority: 'none' };
    case 'refused':
      return { label: `Refused by the gateway${grant.lastCode ? ` (${grant.lastCode})` : ''}`, priority: 'p3' };
    default:
      return { label: grant.state, priority: 'none' };
  }
}
