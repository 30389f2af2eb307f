import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '#/domain/access/roles';
import { appRouter } from './app-router';
import type { ProcedureMeta } from './init';

type WalkedProcedure = { _def: { meta?: ProcedureMeta; type: string } };

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, WalkedProcedure>);
const DECLARABLE: readonly string[] = [...PERMISSIONS, 'signed-in'];

describe('every tRPC procedure declares its permission', () => {
  it('there are procedures to walk', () => expect(procedures.length).toBeGreaterThan(8));

  it.each(procedures.map(([path, procedure]) => [path, procedure] as const))('%s', (_path, procedure) => {
    expect(DECLARABLE).toContain(procedure._def.meta?.permission);
  });
});
