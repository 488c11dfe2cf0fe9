import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * `npm run test:claude` and `npm run test:mcp`: programs of others, which are too large for every run of the tests. Each a
 * project, not a folder on the command line: beside a folder the file that somebody asks for would narrow nothing.
 */
const alias = { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') };
const client = (name: string) => ({
  resolve: { alias },
  test: {
    name,
    include: [`tests/${name}/**/*.${name}.ts`],
    globalSetup: ['tests/support/global-setup.ts', 'tests/support/global-setup-e2e.ts'],
    setupFiles: ['tests/support/mongo-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default defineConfig({ test: { projects: [client('claude'), client('mcp')] } });
