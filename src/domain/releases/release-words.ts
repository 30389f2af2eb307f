/** What a release may be called in its fields. */
export const RELEASE_TYPES = ['security', 'feature', 'hotfix'] as const;
export const RELEASE_SEVERITIES = ['critical', 'high', 'normal', 'low'] as const;
export type ReleaseType = (typeof RELEASE_TYPES)[number];
