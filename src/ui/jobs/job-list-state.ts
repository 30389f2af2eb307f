/** The state of the job list in the URL. Shared by page and view. */
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const JOB_GROUPS = ['all', 'active', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;

export const jobListParsers = {
  q: parseAsString.withDefault(''),
  site: parseAsString,
  group: parseAsStringLiteral(JOB_GROUPS).withDefault('all'),
};

export const loadJobListState = createLoader(jobListParsers);
export type JobListState = Awaited<ReturnType<typeof loadJobListState>>;

/** The input of `jobs.browse` for a state. */
export function jobsInput(state: JobListState) {
  return { siteCode: state.site ?? undefined, group: state.group, text: state.q.trim() || undefined, limit: 100 };
}
