import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { BlobManager, JsonObject, PluginHost, Project } from '../../src/index.ts';
import {
  createBlobManager,
  createRegistry,
  environmentSecrets,
  isAIFlowError,
  registerPlugin,
  shownConfig,
  silentLogger,
  systemClock,
} from '../../src/index.ts';
import { parseYaml } from '../../src/project/yaml.ts';
import { blobRecord } from '../plugin/records.ts';

const options = toStandardJsonSchema(
  v.strictObject({
    endpoint: v.optional(v.pipe(v.string(), v.url('expected a URL'))),
    secret: v.pipe(v.optional(v.string()), v.metadata({ writeOnly: true })),
    port: v.optional(v.pipe(v.number(), v.maxValue(9000)), 80),
    tls: v.optional(v.boolean()),
    name: v.optional(v.union([v.string(), v.number()])),
  }),
);

const host: PluginHost = {
  logger: silentLogger,
  clock: systemClock,
  stateDir: '/nowhere',
  secrets: environmentSecrets({
    URL: 'http://h',
    KEY: 'hunter2',
    PORT: '8080',
    PIN: '47110815',
    YES: 'true',
    N: '12',
  }),
};

/** The blob manager of a project with these options, and what its plugin was given. */
async function make(yaml: string): Promise<{ given: unknown; manager: BlobManager }> {
  const registry = createRegistry();
  let given: unknown;
  const create = (config: JsonObject): BlobManager => {
    given = config;
    const missing = (): never => {
      throw new Error('not needed here');
    };
    return {
      config: shownConfig(config),
      uploadProject: missing,
      downloadProject: missing,
      cleanupProject: missing,
    } as unknown as BlobManager;
  };
  registerPlugin(blobRecord({ options, create }), registry);
  const file = await parseYaml(`config:\n  ${yaml.replaceAll('\n', '\n  ')}`, 'project.yaml');
  const blob = { className: 's3', config: file.value['config'] as JsonObject, keys: ['config'] };
  const project = { blob, locate: file.locate } as unknown as Project;
  return { manager: await createBlobManager(project, 's3', host, registry), given };
}

async function errorOf(yaml: string): Promise<{ code: string; text: string; keys: (string | null)[] }> {
  const error: unknown = await make(yaml).catch((thrown: unknown) => thrown);
  if (!isAIFlowError(error)) throw new Error('expected an error', { cause: error });
  const text = [error.message, ...error.problems.map(({ message }) => message)].join('\n');
  return { code: error.code, text, keys: error.problems.map(({ key, line }) => `${line} ${key}`) };
}

describe("a plugin's options in project.yaml", () => {
  it('have their references resolved before they are held against the schema', async () => {
    const { given } = await make('endpoint: ${URL}\nsecret: x-${KEY}\nname: $${N}');
    expect(given).toEqual({ endpoint: 'http://h', secret: 'x-hunter2', port: 80, name: '${N}' });
  });

  it('may refer to a number or to true or false, where the schema takes no text', async () => {
    const { given } = await make('port: ${PORT}\ntls: ${YES}\nname: ${N}');
    expect(given).toEqual({ port: 8080, tls: true, name: '12' });
  });

  it('are shown as they were written, beside defaults', async () => {
    const { manager } = await make('secret: ${KEY}\nport: ${PORT}');
    expect(manager.config).toEqual({ secret: '${KEY}', port: '${PORT}' });
    expect((await make('secret: ${KEY}')).manager.config).toEqual({ secret: '${KEY}', port: 80 });
    expect((await make('port: 81')).manager.config).toEqual({ port: 81 });
  });

  it('never show in an error what a reference stands for', async () => {
    const { code, text, keys } = await errorOf('port: ${PIN}\ntls: ${KEY}\nendpoint: ${KEY}');
    expect(code).toBe('config.invalid');
    expect(keys).toEqual(['4 config.endpoint', '2 config.port', '3 config.tls']);
    expect(text).not.toMatch(/hunter2|47110815/);
  });

  it('name every variable that is not set, each at its place', async () => {
    const { code, keys, text } = await errorOf('secret: ${NO_KEY}\nname: a-${NO_NAME}');
    expect(code).toBe('secret.missing');
    expect(keys).toEqual(['2 config.secret', '3 config.name']);
    expect(text).toContain('write $${NO_NAME} for the text itself');
  });

  it('may not hold a secret as it is', async () => {
    const { code, text } = await errorOf('secret: hunter2');
    expect(code).toBe('config.invalid');
    expect(text).toContain('write ${SECRET}');
    expect(text).not.toContain('hunter2');
  });
});
