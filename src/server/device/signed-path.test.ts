import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { afterSignature, signArtifactPath, signedGateway } from './signed-path';

const gatewayId = randomUUID();
const sha256 = 'ab'.repeat(32);
const now = Date.parse('2026-03-15T10:30:45Z');
const path = () => signArtifactPath(gatewayId, sha256, new Date(now + 60_000));

function setSecret(secret: string) {
  Object.assign(process.env, { DATABASE_URL: 'postgresql://localhost/none', FAIRLEAD_SECRET: secret });
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
}

beforeEach(() => setSecret('x'.repeat(32)));
afterAll(() => {
  delete (globalThis as { fairleadEnv?: unknown }).fairleadEnv;
});

describe('a signed path', () => {
  it('opens the image to its gateway until it expires, and fits into an order', () => {
    expect(signedGateway(path(), sha256, now)).toBe(gatewayId);
    expect(signedGateway(path(), sha256, now + 59_999)).toBe(gatewayId);
    expect(signedGateway(path(), sha256, now + 60_000)).toBeNull();
    expect(path().length).toBeLessThan(300);
  });

  it('what is appended to it is of the same image', () => {
    expect(afterSignature(`${path()}/delta/index`)).toBe(`${sha256}/delta/index`);
    expect(signedGateway(`${path()}/delta/index`, sha256, now)).toBe(gatewayId);
  });

  it('no part of it can be changed', () => {
    const parts = path().split('/');
    const changed = (at: number, text: string) => parts.with(at, text).join('/');
    const later = String(Math.floor(now / 1000) + 600);
    for (const forged of [changed(4, randomUUID()), changed(5, later), changed(6, 'A'.repeat(43)), changed(6, 'A')])
      expect(signedGateway(forged, sha256, now)).toBeNull();
    // The path of one image does not open another.
    expect(signedGateway(changed(7, 'cd'.repeat(32)), 'cd'.repeat(32), now)).toBeNull();
    const one = path();
    setSecret('y'.repeat(32));
    expect(signedGateway(one, sha256, now)).toBeNull();
  });
});
