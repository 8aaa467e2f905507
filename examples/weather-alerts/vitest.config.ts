import { defineConfig } from 'vitest/config';

// Hundreds of real processes, one after the other: what never ends is caught, what is slow is not.
export default defineConfig({
  test: {
    name: '@aiflow-examples/weather-alerts',
    include: ['test/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
