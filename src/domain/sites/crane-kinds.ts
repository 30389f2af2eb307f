/** Quay (STS) and yard (RTG, RMG, ASC) cranes (interface design: Realistic data). */
export const CRANE_KINDS = ['sts', 'rtg', 'rmg', 'asc'] as const;
export type CraneKind = (typeof CRANE_KINDS)[number];
