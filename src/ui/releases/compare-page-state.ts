/** The state of the comparison in the URL: ids of the two releases. */
import { createLoader, parseAsString } from 'nuqs/server';

export const compareParsers = { from: parseAsString, to: parseAsString };
export const loadComparePageState = createLoader(compareParsers);
