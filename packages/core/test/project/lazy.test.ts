import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const entry = new URL('../../src/index.ts', import.meta.url).href;

/** The packages that a program loads, in a process of its own. */
function packagesLoadedBy(program: string): string[] {
  const watch = `import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve(specifier, context, next) {
      if (!/^(?:[./]|file:|node:)/.test(specifier)) loaded.add(specifier);
      return next(specifier, context);
    } });
    const core = await import(${JSON.stringify(entry)});
    ${program}
    console.log(JSON.stringify([...loaded]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', watch], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
}

describe('importing core', () => {
  it('loads neither the YAML parser nor what the keys are declared with', () => {
    const loaded = packagesLoadedBy('');
    for (const later of ['yaml', 'valibot', '@valibot/to-json-schema']) expect(loaded).not.toContain(later);
  });

  it('loads them when a file is read', () => {
    const loaded = packagesLoadedBy("await core.readServerConfig('/dev/null');");
    expect(loaded).toEqual(expect.arrayContaining(['yaml', 'valibot', '@valibot/to-json-schema']));
  });
});
