import { defineConfig } from 'vitest/config';

// A cluster is started, and Java programs one after the other: what never ends is caught, what is slow is not.
export default defineConfig({
  test: {
    name: '@aiflow-examples/flights-flink',
    include: ['test/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
