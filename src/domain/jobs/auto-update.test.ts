import { describe, expect, it } from 'vitest';
import { type AutoInput, type AutoTry, decideAutoUpdate, mayTry } from './auto-update';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const all = { enabled: true, auto_download: true, auto_security: true, auto_feature: true, auto_reboot: true, auto_rollback: true };
const feature = { id: 'f', type: 'feature', compatible: true, signature: 'verified' };
const security = { id: 's', type: 'security', compatible: true, signature: 'unverified' };
const decide = (changes: Partial<AutoInput> = {}) =>
  decideAutoUpdate({ settings: all, updates: [feature, security], tries: [], resting: null, nowMs: NOW, ...changes });
const tried = (state: string, hoursAgo = 100, releaseId = 'f', superseded = false): AutoTry => ({
  ...{ releaseId, state, finishedAtMs: NOW - hoursAgo * HOUR_MS, superseded },
});

describe('updates by themselves', () => {
  it.each([
    ['all: the newest', {}, { kind: 'install', releaseId: 'f' }],
    ['switched off: nothing', { settings: { ...all, enabled: false } }, { kind: 'none' }],
    ['security only', { settings: { ...all, auto_feature: false } }, { kind: 'install', releaseId: 's' }],
    ['download only', { settings: { ...all, auto_feature: false, auto_security: false } }, { kind: 'download', releaseId: 'f' }],
    ['neither', { settings: { ...all, auto_feature: false, auto_security: false, auto_download: false } }, { kind: 'none' }],
    ['what does not fit is passed over', { updates: [{ ...feature, compatible: false }, security] }, { kind: 'install', releaseId: 's' }],
    ['so is a bad signature', { updates: [{ ...feature, signature: 'invalid' }, security] }, { kind: 'install', releaseId: 's' }],
    [
      'a hotfix goes with security',
      { settings: { ...all, auto_feature: false }, updates: [{ ...security, type: 'hotfix' }] },
      { kind: 'install' },
    ],
    ['its own download', { resting: { jobId: 'j', releaseId: 'f', automatic: true } }, { kind: 'install_downloaded', jobId: 'j' }],
    ['a person’s download', { resting: { jobId: 'j', releaseId: 'f', automatic: false } }, { kind: 'none' }],
    ['after a fall back the older one', { tries: [tried('rolled_back')] }, { kind: 'install', releaseId: 's' }],
  ] as [string, Partial<AutoInput>, object][])('%s', (_name, changes, expected) => {
    expect(decide(changes)).toMatchObject(expected);
  });

  it.each([
    ['never tried', [], true],
    ['fell back', [tried('rolled_back')], false],
    ['somebody cancelled it', [tried('cancelled')], false],
    ['gave way to another order', [tried('cancelled', 1, 'f', true)], true],
    ['ran once and was left', [tried('confirmed')], false],
    ['failed just now', [tried('failed', 0.9)], false],
    ['failed an hour ago', [tried('failed', 1)], true],
    ['failed twice', [tried('failed', 9), tried('failed', 1.9)], false],
    ['failed twice, long ago', [tried('failed', 9), tried('failed', 2)], true],
    ['failed four times', [1, 2, 3, 4].map((hours) => tried('failed', hours * 100)), false],
  ] as [string, AutoTry[], boolean][])('%s: %#', (_name, tries, expected) => {
    expect(mayTry(tries, NOW)).toBe(expected);
  });
});
