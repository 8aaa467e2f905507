import type { ProcessLauncher, ProcessSpec } from '../src/index.ts';

const [, , module, spec] = process.argv;
const { create } = (await import(module ?? '')) as { create: () => ProcessLauncher };
await create().launch(JSON.parse(spec ?? '') as ProcessSpec);
process.stdout.write('launched\n');
setInterval(() => undefined, 60_000);
