import { defineConfig } from 'vitest/config';

// Real clusters and Java programs that start one after the other: what never ends is caught, what is slow is not.
export default defineConfig({
  test: {
    name: '@aiflow/job-flink',
    include: ['test/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false, // a file has a cluster of its own: one at a time
  },
});
