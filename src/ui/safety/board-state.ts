/** The state of the safety board in the URL. Shared by page and view. */
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';
import { CONSTRAINTS, type Constraint } from '#/domain/safety/signals';
import { CONSTRAINT_WORDS } from './constraint-words';

export const BOARD_REASONS = [...CONSTRAINTS, 'offline'] as const;
export type BoardReason = (typeof BOARD_REASONS)[number];
export const BOARD_LEVELS = ['soft', 'hard'] as const;

export const boardParsers = {
  site: parseAsString,
  reason: parseAsStringLiteral(BOARD_REASONS),
  level: parseAsStringLiteral(BOARD_LEVELS),
  /** The gateway whose bars are open. */
  bars: parseAsString,
};

export const loadBoardState = createLoader(boardParsers);
export type BoardState = Awaited<ReturnType<typeof loadBoardState>>;

/** The input of `safety.board` for a state. */
export function boardInput(state: Pick<BoardState, 'site' | 'reason' | 'level'>) {
  return { siteCode: state.site ?? undefined, reason: state.reason ?? undefined, level: state.level ?? undefined, limit: 150 };
}

export function reasonName(reason: BoardReason): string {
  return reason === 'offline' ? 'Offline' : CONSTRAINT_WORDS[reason as Constraint];
}

export type BoardCount = { siteCode: string; reason: BoardReason; soft: number; hard: number };
export type BoardMatrix = { siteCodes: string[]; cells: ReadonlyMap<string, BoardCount>; totals: ReadonlyMap<BoardReason, BoardCount> };

/** The counts as sites × reasons, with a total per reason. */
export function boardMatrix(counts: readonly BoardCount[], siteCodes: readonly string[]): BoardMatrix {
  const cells = new Map(counts.map((one) => [cellKey(one.siteCode, one.reason), one]));
  const totals = new Map<BoardReason, BoardCount>();
  for (const { reason, soft, hard } of counts) {
    const before = totals.get(reason) ?? { siteCode: '', reason, soft: 0, hard: 0 };
    totals.set(reason, { ...before, soft: before.soft + soft, hard: before.hard + hard });
  }
  return { siteCodes: [...siteCodes], cells, totals };
}

export const cellKey = (siteCode: string, reason: BoardReason): string => `${siteCode} ${reason}`;
