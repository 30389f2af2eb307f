import { expect, it } from 'vitest';
import { createLinkQuality } from './link-quality';

function setUp() {
  const clock = { ms: 1000 };
  const quality = createLinkQuality(() => clock.ms);
  const probe = (rttMs: number | null) => {
    quality.probeSent();
    clock.ms += rttMs ?? 100;
    if (rttMs !== null) quality.probeAnswered();
    clock.ms += 5000 - (rttMs ?? 100);
  };
  return { clock, quality, probe };
}

it('knows nothing before the first session', () => {
  expect(setUp().quality.measure()).toEqual({ rttMs: null, lossPercent: 0, sessionAgeMs: null });
});

it('tells the round trip of the newest probe and the share of lost ones', () => {
  const { quality, probe } = setUp();
  for (let count = 0; count < 19; count += 1) probe(40);
  probe(null);
  probe(55.55);
  expect(quality.measure()).toMatchObject({ rttMs: 55.6, lossPercent: 5 });
  for (let count = 0; count < 20; count += 1) probe(40);
  expect(quality.measure().lossPercent).toBe(0);
});

it('without a connection every probe is lost and there is no round trip', () => {
  const { quality, probe } = setUp();
  probe(40);
  for (let count = 0; count < 20; count += 1) quality.probeImpossible();
  expect(quality.measure()).toMatchObject({ rttMs: null, lossPercent: 100 });
});

it('an answer that nobody waited for is no probe', () => {
  const { quality } = setUp();
  quality.probeAnswered();
  expect(quality.measure()).toMatchObject({ rttMs: null, lossPercent: 0 });
});

it('the session is as old as the last sign of life', () => {
  const { clock, quality } = setUp();
  quality.heard();
  clock.ms += 61_000;
  expect(quality.measure().sessionAgeMs).toBe(61_000);
});
