import { AIFlowError } from '../errors.ts';
import type { Registered } from './kinds.ts';
import type { RecordKind } from './record.ts';
import { protocol } from './record.ts';

type Members = Readonly<Record<string, string>>;

const ofPlugins: Members = { capabilities: 'object', options: 'object' };

/** What a record of each kind must have beside where it comes from, with the types of its members. */
const required: Readonly<Record<RecordKind, Members>> = {
  job: {
    ...ofPlugins,
    jobType: 'string',
    platform: 'string',
    engine: 'string',
    getJobGenerator: 'function',
    getJobController: 'function',
  },
  blob: { ...ofPlugins, create: 'function' },
  scheduler: { ...ofPlugins, create: 'function' },
  platform: { description: 'string' },
  engine: { description: 'string' },
};

/** What a kind is called in a message. */
export function describeKind(kind: RecordKind): string {
  return kind === 'platform' || kind === 'engine' ? kind : `${kind} plugin`;
}

/**
 * Holds a record, which may come from plain JavaScript, against what its kind must have. Throws `plugin.invalid` or
 * `plugin.protocol`.
 */
export function checkRecord(plugin: Registered): void {
  const kinds = Object.keys(required);
  const name = typeof plugin?.name === 'string' ? `"${plugin.name}"` : 'without a name';
  if (!kinds.includes(plugin?.kind)) {
    throw new AIFlowError('plugin.invalid', `plugin ${name} must have a kind: one of ${kinds.join(', ')}`);
  }
  if (plugin.protocol !== protocol) {
    throw new AIFlowError(
      'plugin.protocol',
      `${describeKind(plugin.kind)} ${name} speaks protocol ${String(plugin.protocol)} and this @aiflow/core speaks ` +
        `${protocol}: install a version of ${plugin.package} that is made for it`,
      {
        context: { kind: plugin.kind, name: plugin.name, found: String(plugin.protocol), expected: protocol },
      },
    );
  }
  const members = {
    name: 'string',
    package: 'string',
    version: 'string',
    location: 'string',
    ...required[plugin.kind],
  };
  const missing = Object.entries(members).filter(([key, type]) => {
    const member: unknown = Reflect.get(plugin, key);
    const found = key === 'options' && typeof member === 'function' ? 'object' : typeof member;
    return found !== type || member === null;
  });
  if (missing.length > 0) {
    const wanted = missing.map(([key, type]) => `${key} (${type})`).join(', ');
    throw new AIFlowError(
      'plugin.invalid',
      `${describeKind(plugin.kind)} ${name} does not define ${wanted}`,
      {
        context: { kind: plugin.kind, missing: missing.map(([key]) => key) },
      },
    );
  }
  if (plugin.kind === 'job' && plugin.jobType !== plugin.name) {
    throw new AIFlowError(
      'plugin.invalid',
      `job plugin ${name} must have its name as its jobType, not "${plugin.jobType}"`,
    );
  }
}
