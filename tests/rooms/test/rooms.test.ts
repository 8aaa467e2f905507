import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWorkspace } from '../src/read-workspace.ts';
import { rules } from '../src/rules.ts';

const workspace = readWorkspace(join(import.meta.dirname, '../../..'));

describe('this repository', () => {
  it('has packages to look at', () => {
    const names = workspace.packages.map(({ manifest }) => manifest.name);
    expect(names).toContain('@aiflow/core');
    expect(workspace.packages.flatMap(({ files }) => files.flatMap(({ imports }) => imports))).not.toEqual(
      [],
    );
  });

  it.each(Object.entries(rules))('%s', (_sentence, rule) => {
    expect(rule(workspace).map(({ where, message }) => `${where}: ${message}`)).toEqual([]);
  });
});
