/** `npm run bench`: sets what must be in the environment before anything is imported, then measures (run-benchmarks.ts). */
process.env.LOG_LEVEL ??= 'error';
await import('./run-benchmarks');
export {};
