/**
 * The gateway's own data, apart from the agent's: which folders snapshots hold, a restore puts back, and a reset wipes.
 * The agent touches these and nothing else of the host; where they are is the host's to say (agent.json: `recovery`).
 */

import type { StatePart } from '#/protocol/mqtt/recovery';

export type FolderPart = StatePart | 'logs';

export type GatewayFolders = Record<FolderPart, string> & {
  /** Files of `config`, relative to it, that a reset keeps when the network is to be preserved. */
  networkFiles: readonly string[];
};
