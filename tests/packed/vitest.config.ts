import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: '@aiflow-private/packed',
    include: ['test/**/*.test.ts'],
    globalSetup: ['src/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
