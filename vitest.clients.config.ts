import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:claude` and `npm run test:mcp`: programs of others, which are too large for every run of the tests. */
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') } },
  test: {
    include: ['tests/claude/**/*.claude.ts', 'tests/mcp/**/*.mcp.ts'],
    globalSetup: ['tests/support/global-setup.ts', 'tests/support/global-setup-e2e.ts'],
    setupFiles: ['tests/support/mongo-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
