import assert from 'node:assert/strict';
import { isJsonObject } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import type { RegistrationContext } from '../context.ts';
import type { RegistrationSuiteOptions } from '../options.ts';
import { declaredPlugins, stringsOf } from '../package.ts';

const core = '@aiflow/core';

export const packageCases: readonly Case<RegistrationSuiteOptions, RegistrationContext>[] = [
  {
    name: 'package.json declares its plugins, each with a kind and a name, under the keyword aiflow-plugin',
    run: async ({ manifest }) => {
      const { keywords } = manifest;
      assert.ok(
        Array.isArray(keywords) && keywords.includes('aiflow-plugin'),
        'the keyword by which it is found',
      );
      const declared = declaredPlugins(manifest);
      assert.notEqual(declared.length, 0, 'aiflow.plugins declares at least one');
      for (const plugin of declared)
        assert.match(plugin, /^(job|blob|scheduler|platform|engine):[A-Za-z0-9_.-]+$/);
      assert.equal(new Set(declared).size, declared.length, 'each is declared once');
    },
  },
  {
    name: 'core is a peer dependency by a range, and nothing that the package brings along',
    run: async ({ manifest }) => {
      const range = stringsOf(manifest['peerDependencies'])[core];
      assert.ok(range !== undefined, `${core} is in peerDependencies: a plugin and its user share one copy`);
      assert.ok(
        isRange(range),
        `the peer dependency is a range such as "^1", so that core can be updated, and not "${range}"`,
      );
      assert.equal(
        stringsOf(manifest['dependencies'])[core],
        undefined,
        `${core} is not in dependencies as well`,
      );
      assert.equal(
        stringsOf(manifest['optionalDependencies'])[core],
        undefined,
        `nor in optionalDependencies`,
      );
    },
  },
  {
    name: 'the package is an ES module whose entry bundlers must not drop',
    run: async ({ manifest }) => {
      assert.equal(manifest['type'], 'module');
      const { sideEffects } = manifest;
      const entry = entryOf(manifest['exports']);
      const named =
        sideEffects === undefined ||
        sideEffects === true ||
        (Array.isArray(sideEffects) && sideEffects.includes(entry ?? ''));
      assert.ok(named, `sideEffects names the entry ${String(entry)}, because importing it registers`);
    },
  },
];

/** One exact version (also `workspace:*`, which is published as one) would make a second copy of core with each update. */
function isRange(range: string): boolean {
  return range !== 'workspace:*' && !/^(workspace:)?[=v]?\d+\.\d+\.\d+(-\S+)?$/.test(range.trim());
}

/** The file that importing the package by its name runs. */
function entryOf(exported: unknown): string | null {
  if (typeof exported === 'string') return exported;
  if (!isJsonObject(exported)) return null;
  const main = '.' in exported ? exported['.'] : exported;
  if (typeof main === 'string') return main;
  if (!isJsonObject(main)) return null;
  return entryOf(main['import'] ?? main['node'] ?? main['default']);
}
