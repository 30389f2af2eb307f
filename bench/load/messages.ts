/** What the benchmark's processes say to each other. */
import type { PinnedKey } from '#/agent/commands/open-signed';
import type { GrantKeys } from '#/agent/identity/identity-file';

export type LoadGateway = { id: string; jobId: string | null };

export type ToLoad =
  | { kind: 'connect'; url: string; secret: string; gateways: LoadGateway[]; listen: boolean }
  /** So many messages a second, for so long. */
  | { kind: 'offer'; perSecond: number; seconds: number }
  /** As many as are carried: at most `window` more than were received. */
  | { kind: 'flood'; seconds: number; window: number }
  | { kind: 'credit'; received: number }
  /** Progress of one gateway whose instants are told; the byte count is the number. */
  | { kind: 'probe'; gatewayId: string; count: number; everyMs: number };

export type Offered = { kind: 'offered'; published: number; seconds: number; newest: [jobId: string, seq: number][] };
export type CommandSeen = { kind: 'command'; gatewayId: string; atMs: number };
export type Probed = { kind: 'probed'; sent: [number, number][] };
export type Counts = { kind: 'counts'; received: number; dropped: number; cpuMs: number };

/** As make-fleet.ts has it. */
export const BENCH_BOOT_ID = 'boot';
export type ToGrantAgents = {
  url: string;
  secret: string;
  gatewayIds: string[];
  folder: string;
  commandKeys: PinnedKey[];
  grantKeys: GrantKeys;
};
/** The command was verified, and its effect is in the agent's journal on disk. */
export type GrantSeen = { kind: 'grant'; what: 'accepted' | 'revoked'; gatewayId: string; atMs: number };
