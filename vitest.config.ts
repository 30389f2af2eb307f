import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const alias = [{ find: /^#\//, replacement: fileURLToPath(new URL('./src/', import.meta.url)) }];
const TESTS = ['src/**/*.test.ts', 'prisma/**/*.test.ts', 'bench/**/*.test.ts'];
const DATABASE_TESTS = ['src/**/*.db.test.ts', 'prisma/**/*.db.test.ts', 'bench/**/*.db.test.ts'];

/** A condition is waited for as long as a busy machine needs. */
const PATIENT = { poll: { timeout: 60_000 } };

export default defineConfig({
  test: {
    // Two cores in CI: more workers only make the slow tests time out.
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: TESTS,
          exclude: [...DATABASE_TESTS],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: PATIENT,
          env: { LOG_LEVEL: 'silent' },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'db',
          include: DATABASE_TESTS,
          globalSetup: ['src/boot/testing/database-setup.ts'],
          setupFiles: ['src/boot/testing/database-environment.ts'],
          // Beside two browsers these come last: a minute's work may take several.
          testTimeout: 300_000,
          expect: PATIENT,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
