import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isName, protocol } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import type { RegistrationContext } from '../context.ts';
import type { RegistrationSuiteOptions } from '../options.ts';
import { declarations, declaredPlugins } from '../package.ts';
import { unlikelyOption } from '../probe.ts';

const functionsOf = {
  job: ['getJobController', 'getJobGenerator'],
  blob: ['create'],
  scheduler: ['create'],
  platform: [],
  engine: [],
} as const;

/** Kinds that are names alone, and have no options. */
const names: readonly string[] = ['platform', 'engine'];

export const entryCases: readonly Case<RegistrationSuiteOptions, RegistrationContext>[] = [
  {
    name: 'importing the package registers exactly the plugins that its package.json declares',
    run: async (context) => {
      const { records } = await context.importEntry();
      assert.deepEqual(
        records.map(({ kind, name }) => `${kind}:${name}`).sort(),
        declaredPlugins(context.manifest),
      );
    },
  },
  {
    name: 'the engine and platform that package.json says of a job plugin are its own',
    run: async (context) => {
      const { records } = await context.importEntry();
      for (const { kind, name, engine, platform } of declarations(context.manifest)) {
        if (kind !== 'job' || (engine ?? platform) === undefined) continue;
        const record = records.find((each) => each.kind === 'job' && each.name === name);
        assert.deepEqual(
          { engine, platform },
          { engine: record?.engine, platform: record?.platform },
          `job plugin ${name} says both and what it is, because it is found by them without being run`,
        );
      }
    },
  },
  {
    name: 'importing ./plugin registers nothing',
    run: async (context) => {
      assert.deepEqual((await context.importPlugin()).records, []);
    },
  },
  {
    name: 'importing prints nothing and keeps no process alive',
    run: async (context) => {
      assert.equal((await context.importEntry()).printed, '');
      assert.equal((await context.importPlugin()).printed, '');
    },
  },
  {
    name: 'a record names its package, its version and the file that it comes from',
    run: async (context) => {
      for (const record of (await context.importEntry()).records) {
        assert.deepEqual([record.package, record.version], [context.name, context.manifest['version']]);
        const [file, root] = [realpathSync(fileURLToPath(record.location)), realpathSync(context.directory)];
        assert.ok(file.startsWith(root), `location is a file of the package, and not ${record.location}`);
      }
    },
  },
  {
    name: 'a record has the protocol of core, a proper name, declared capabilities and the functions of its kind',
    run: async (context) => {
      for (const record of (await context.importEntry()).records) {
        assert.equal(record.protocol, protocol);
        assert.ok(isName(record.name), `${record.name} is a name`);
        for (const [name, value] of Object.entries(record.capabilities ?? {})) {
          assert.equal(typeof value, 'boolean', `the capability ${name} is true or false`);
        }
        for (const name of functionsOf[record.kind])
          assert.ok(record.functions.includes(name), `${name} is a function`);
      }
    },
  },
  {
    name: 'the options are a Standard Schema that refuses a key that it does not know, and what is no object',
    run: async (context) => {
      for (const { kind, name, schema } of (await context.importEntry()).records) {
        if (names.includes(kind)) continue;
        assert.deepEqual(
          [schema.version, schema.validates],
          [1, true],
          `the options of ${name} are a Standard Schema 1`,
        );
        const refusal = schema.unknownKey ?? 'nothing';
        assert.ok(
          refusal.includes(unlikelyOption),
          `an unknown option is refused by name, and ${name} said: ${refusal}`,
        );
        assert.notEqual(schema.notAnObject, null, `the options of ${name} are an object`);
      }
    },
  },
];
