import { describe, expect, it } from 'vitest';
import { touches } from './stale-queries';

const hint = { kind: 'stale', topic: 'job', gatewayIds: ['g1'], jobId: 'j1' } as const;
const event = { ...hint, gatewayIds: [...hint.gatewayIds] };

describe('which queries a hint makes stale', () => {
  it.each([
    [[['jobs', 'list'], { input: {} }], true],
    [[['jobs', 'byId'], { input: { jobId: 'j1' } }], true],
    [[['jobs', 'byId'], { input: { jobId: 'j2' } }], false],
    [[['jobs', 'forGateway'], { input: { gatewayId: 'g2' } }], false],
    [[['fleet', 'overview']], true],
    [[['account', 'tokens']], false],
    [['something else'], false],
  ])('%j: %s', (key, expected) => expect(touches(event, key)).toBe(expected));
});
