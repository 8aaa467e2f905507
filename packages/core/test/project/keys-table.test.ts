import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/index.ts';
import { configSchemas } from '../../src/index.ts';
import { isJsonArray, isJsonObject } from '../../src/json.ts';
import { parseServerConfig } from '../../src/project/server-file.ts';
import { parseSettings } from '../../src/project/settings.ts';
import { parseYaml } from '../../src/project/yaml.ts';

const guide = new URL('../../../../docs/configuration.md', import.meta.url);

/** The mapping that a schema takes, also where it may be empty or one of a list. */
function mappingIn(schema: Json | undefined): JsonObject | null {
  if (!isJsonObject(schema)) return null;
  if (isJsonObject(schema['properties'])) return schema;
  const forms = schema['anyOf'];
  if (!isJsonArray(forms)) return mappingIn(schema['items']);
  return forms.map(mappingIn).find((form) => form !== null) ?? null;
}

function rowsOf(schema: Json | undefined, prefix = ''): string[] {
  const properties = mappingIn(schema)?.['properties'];
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([key, member]) => {
    if (!isJsonObject(member)) return [];
    const { description, default: standard, examples } = member;
    const example = isJsonArray(examples) ? examples[0] : undefined;
    const written = (value: Json | undefined): string =>
      value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
    const row = [
      `\`${prefix}${key}\``,
      String(description).replaceAll('|', '\\|'),
      written(standard),
      written(example),
    ];
    return [`| ${row.join(' | ')} |`, ...rowsOf(member, `${prefix}${key}.`)];
  });
}

const tableOf = (schema: Json | undefined): string =>
  ['| key | what it says | unless said | example |', '|---|---|---|---|', ...rowsOf(schema)].join('\n');

describe('docs/configuration.md', () => {
  it('lists the keys of the schemas, and no others (AIFLOW_UPDATE_DOCS=1 writes them)', async () => {
    const schemas = await configSchemas([]);
    const tables: Readonly<Record<string, string>> = {
      project: tableOf(schemas.project),
      workflow: tableOf(schemas.workflow),
      job: tableOf(schemas.workflow['additionalProperties']),
      server: tableOf(schemas.server),
    };
    const text = readFileSync(guide, 'utf8');
    const expected = text.replaceAll(
      /<!-- keys: (\w+) -->[^]*?<!-- end -->/g,
      (_, name: string) => `<!-- keys: ${name} -->\n\n${tables[name]}\n\n<!-- end -->`,
    );
    if (process.env['AIFLOW_UPDATE_DOCS'] === '1') writeFileSync(guide, expected);
    expect(readFileSync(guide, 'utf8')).toBe(expected);
    expect([...text.matchAll(/<!-- keys: (\w+) -->/g)].map(([, name]) => name)).toEqual(Object.keys(tables));
  });

  it('shows files that are right', async () => {
    const [project, workflow, server] = [...readFileSync(guide, 'utf8').matchAll(/```yaml\n([^]*?)```/g)].map(
      ([, yaml]) => yaml ?? '',
    );
    expect((await parseYaml(project ?? '', 'project.yaml')).value).toHaveProperty('project_name');
    expect((await parseSettings(workflow ?? '', 'w.yaml', 'w')).jobs.size).toBe(2);
    expect((await parseServerConfig(server ?? '', 's.yaml')).port).toBe(50_051);
  });
});
