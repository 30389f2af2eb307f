import { describe, expect, it } from 'vitest';
import { defaultSettings, type GatewaySettingsBody } from '#/domain/settings/gateway-settings';
import { SHIPPED_SITE_POLICY, type SitePolicy } from '#/domain/safety/site-policy';
import { SimDisk } from '../storage/sim-disk';
import { decodeJournal, encodeJournal, openJournal } from './journal';
import { EMPTY_JOURNAL } from './journal-schema';

const PATH = '/data/journal.json';
const record = (id: string, seq: number) => ({ id, seq, code: 'OK' as const, message: 'done', details: {} });

describe('journal', () => {
  it('keeps what was written over a restart and a power cut', async () => {
    const disk = new SimDisk();
    const journal = await openJournal(disk.storage(), PATH);
    await Promise.all([
      journal.update((draft) => {
        draft.rollbackCount += 1;
      }),
      journal.commandLog.record(record('c1', 7)),
      journal.commandLog.record(record('c0', 3)),
    ]);
    const again = await openJournal(disk.afterCut('lost', 1).storage(), PATH);
    expect(again.read().rollbackCount).toBe(1);
    expect(again.commandLog.find('c1')).toMatchObject({ code: 'OK' });
    expect(again.commandLog.find('c2')).toBeNull();
    expect(again.commandLog.lastSeq()).toBe(7);
  });

  it('answers a repeated command from memory and keeps a hundred', async () => {
    const journal = await openJournal(new SimDisk().storage(), PATH);
    for (let seq = 1; seq <= 120; seq += 1) await journal.commandLog.record(record(`c${seq}`, seq));
    await journal.commandLog.record({ ...record('c120', 120), message: 'other' });
    expect(journal.commandLog.find('c120')?.message).toBe('done');
    expect(journal.commandLog.find('c20')).toBeNull();
    expect(journal.read().commands.recent).toHaveLength(100);
  });

  it('goes on after a step that the disk refused', async () => {
    const disk = new SimDisk();
    const journal = await openJournal(disk.storage(), PATH);
    disk.freeBytes = 5;
    const bump = () =>
      journal.update((draft) => {
        draft.rollbackCount += 1;
      });
    await expect(bump()).rejects.toMatchObject({ code: 'ENOSPC' });
    disk.freeBytes = 1e6;
    await bump();
    expect(journal.read().rollbackCount).toBe(1);
  });

  it.each<[string, Uint8Array]>([
    ['empty', new Uint8Array()],
    ['torn', encodeJournal(EMPTY_JOURNAL).subarray(0, 40)],
    ['zeroes', new Uint8Array(300)],
    ['of another version', new TextEncoder().encode('{"v":2}')],
    [
      'changed',
      new TextEncoder().encode(new TextDecoder().decode(encodeJournal(EMPTY_JOURNAL)).replace('rollbackCount\\":0', 'rollbackCount\\":1')),
    ],
  ])('sets aside a journal that is %s, says so, and begins anew', async (_name, bytes) => {
    const disk = new SimDisk();
    disk.plant(PATH, bytes);
    const journal = await openJournal(disk.storage(), PATH);
    expect(journal.corruption).toMatch(/journal/);
    expect(journal.read()).toEqual(EMPTY_JOURNAL);
    expect(disk.peek(`${PATH}.corrupt`)).toEqual(bytes);
    const next = await openJournal(disk.storage(), PATH);
    expect(next.corruption).toBeNull();
  });

  it('decodes what it encodes', () => {
    expect(decodeJournal(encodeJournal(EMPTY_JOURNAL))).toEqual(EMPTY_JOURNAL);
  });

  it('keeps the settings that a newer agent has written with more in them; unreadable ones cost nothing else', () => {
    const written = (body: object) =>
      decodeJournal(encodeJournal({ ...EMPTY_JOURNAL, rollbackCount: 4, settings: { version: 3, body: body as GatewaySettingsBody } }));
    const settings = defaultSettings('UTC');
    const auto = { ...settings.auto_update, auto_rollback: false };
    const newer = { ...settings, auto_update: { ...auto, auto_weekends: true }, fog: { enabled: true } };
    expect(written(newer)).toMatchObject({ rollbackCount: 4, settings: { version: 3, body: { ...settings, auto_update: auto } } });
    expect(written({ ...settings, update_strategy: 'rolling' })).toEqual({ ...EMPTY_JOURNAL, rollbackCount: 4 });
  });

  it('keeps the limits of the site that a newer agent has written with more beside them', () => {
    const written = (body: object) => decodeJournal(encodeJournal({ ...EMPTY_JOURNAL, policy: { version: 3, body: body as SitePolicy } }));
    const strict = { ...SHIPPED_SITE_POLICY, limits: { ...SHIPPED_SITE_POLICY.limits, upsHardPercent: 60, upsSoftPercent: 70 } };
    expect(written({ ...strict, fog: { visibilityM: 50 } })).toEqual({ ...EMPTY_JOURNAL, policy: { version: 3, body: strict } });
    // A limit that is not understood is not passed by: the agent's own limits hold.
    expect(written({ ...strict, limits: { ...strict.limits, windHardMs: 20 } })).toEqual(EMPTY_JOURNAL);
  });
});
