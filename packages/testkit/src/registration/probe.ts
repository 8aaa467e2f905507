import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RecordKind } from '@aiflow/core';
import { protocol } from '@aiflow/core';

/** A record as another process found it in its registry. */
interface ProbedRecord {
  readonly kind: RecordKind;
  readonly name: string;
  /** Of a job plugin. */
  readonly engine?: string;
  readonly platform?: string;
  readonly package: string;
  readonly version: string;
  readonly location: string;
  readonly protocol: number;
  readonly capabilities: unknown;
  /** The names of the members that are functions. */
  readonly functions: readonly string[];
  readonly schema: ProbedSchema;
}

interface ProbedSchema {
  /** `~standard.version` and whether `~standard.validate` is there. */
  readonly version: unknown;
  readonly validates: boolean;
  /** What the schema says to an option that nobody has, as text; null when it takes it. */
  readonly unknownKey: string | null;
  /** The same for something that is no object. */
  readonly notAnObject: string | null;
}

export interface Probe {
  readonly records: readonly ProbedRecord[];
  /** What importing wrote to standard output and standard error. */
  readonly printed: string;
}

/** The option that no plugin has. */
export const unlikelyOption = 'an_option_that_no_plugin_has';

const marker = '@aiflow/testkit:probe:';

// Runs in the package's own directory, so that the package is found by its name as its `exports` say.
const program = `
  await import(process.argv[1]);
  const registry = globalThis[Symbol.for('aiflow.registry.v${protocol}')];
  const records = [];
  for (const plugin of registry === undefined ? [] : registry.plugins.values()) {
    const standard = plugin.options?.['~standard'];
    const refusal = async (value) => {
      const { issues } = await standard.validate(value);
      return issues === undefined ? null : JSON.stringify(issues.map(({ message, path }) => [message, path?.map((part) => part?.key ?? part)]));
    };
    const validates = typeof standard?.validate === 'function';
    const { kind, name, engine, platform, version, location, protocol, capabilities } = plugin;
    records.push({
      kind, name, engine, platform, package: plugin.package, version, location, protocol, capabilities,
      functions: Object.keys(plugin).filter((key) => typeof plugin[key] === 'function'),
      schema: {
        version: standard?.version, validates,
        unknownKey: validates ? await refusal({ ${unlikelyOption}: 1 }) : null,
        notAnObject: validates ? await refusal('no object') : null,
      },
    });
  }
  process.stdout.write('${marker}' + JSON.stringify(records));
`;

/** Imports a module of the package in a process of its own, and gives what is registered there when it is done. */
export async function probe(packageDirectory: URL, specifier: string): Promise<Probe> {
  const { promise, resolve, reject } = Promise.withResolvers<Probe>();
  execFile(
    process.execPath,
    ['--input-type=module', '--eval', program, specifier],
    {
      cwd: fileURLToPath(packageDirectory),
      timeout: 30_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    },
    (error, stdout, stderr) => {
      const at = stdout.lastIndexOf(marker);
      if (error !== null) {
        const reason =
          error.killed === true ? 'the process did not end by itself within 30 s' : stderr.trim();
        reject(new Error(`importing ${specifier} failed: ${reason}`, { cause: error }));
      } else {
        const records = JSON.parse(stdout.slice(at + marker.length)) as ProbedRecord[];
        resolve({ records, printed: stdout.slice(0, at) + stderr });
      }
    },
  );
  return await promise;
}
