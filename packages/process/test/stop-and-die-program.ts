import type { ProcessLauncher, ProcessSpec } from '../src/index.ts';

// Stops a process that another one launched; whoever started this kills it meanwhile.
const [, , module, spec, graceMs] = process.argv;
const { create } = (await import(module ?? '')) as { create: () => ProcessLauncher };
const launcher = create();
process.stdout.write('stopping\n');
await launcher.stop(JSON.parse(spec ?? '') as ProcessSpec, { graceMs: Number(graceMs) });
