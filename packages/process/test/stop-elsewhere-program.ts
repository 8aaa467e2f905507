import type { ProcessLauncher, ProcessSpec } from '../src/index.ts';

// Launches and stops, with nothing else to do: what is waited for is all that keeps this process alive.
const [, , module, specs] = process.argv;
const { create } = (await import(module ?? '')) as { create: () => ProcessLauncher };
const launcher = create();
for (const spec of JSON.parse(specs ?? '') as ProcessSpec[]) {
  await launcher.launch(spec);
  await launcher.stop(spec);
}
process.stdout.write('stopped all');
