import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the data is the file that vega-datasets publishes, byte for byte', () => {
  const own = readFileSync(new URL('../resources/penguins.json', import.meta.url));
  const published = readFileSync(
    new URL('../node_modules/vega-datasets/data/penguins.json', import.meta.url),
  );
  expect(own.equals(published)).toBe(true);
  expect(JSON.parse(own.toString('utf8'))).toHaveLength(344);
});
