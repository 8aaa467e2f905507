import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { Plugin } from '../plugin/kinds.ts';
import type { PluginKind } from '../plugin/record.ts';
import { describeSchema } from '../plugin/schema.ts';

/** JSON schemas (draft 2020-12) of the files that people write, for editors. */
export interface ConfigSchemas {
  /** Of `project.yaml`. */
  readonly project: JsonObject;
  /** Of `workflows/<name>/<name>.yaml`. */
  readonly workflow: JsonObject;
  /** Of the file that a server is started with. */
  readonly server: JsonObject;
}

/**
 * The JSON schemas of the configuration files, made from the declarations that the files are held against. They say
 * what the options of these plugins may be, where a file names one of them; those of other plugins may be anything.
 */
export async function configSchemas(plugins: readonly Plugin[]): Promise<ConfigSchemas> {
  const [project, workflow, server] = await Promise.all([
    import('./schemas/project.ts').then((file) => describeSchema(file.projectFileSchema)),
    import('./schemas/workflow.ts').then((file) => describeSchema(file.workflowFileSchema)),
    import('./schemas/server.ts').then((file) => describeSchema(file.serverFileSchema)),
  ]);
  const blobs = choices(plugins, 'blob', 'blob_manager_class', 'blob_manager_config');
  const schedulers = choices(plugins, 'scheduler', 'scheduler_class_name', 'scheduler_config');
  const classes = choices(plugins, 'scheduler', 'scheduler_class', 'scheduler_config', false);
  const jobs = choices(plugins, 'job', 'job_type', 'properties', false);
  return {
    project: whole(
      project,
      plugins,
      ['blob', 'scheduler'],
      [
        [['properties', 'blob'], blobs],
        [['properties', 'scheduler'], schedulers],
      ],
    ),
    workflow: whole(workflow, plugins, ['job'], [[['additionalProperties'], jobs]]),
    server: whole(
      server,
      plugins,
      ['scheduler'],
      [
        [
          ['properties', 'scheduler'],
          [...schedulers, ...classes],
        ],
        [
          ['properties', 'scheduler_service', 'properties', 'scheduler'],
          [...schedulers, ...classes],
        ],
      ],
    ),
  };
}

const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** A file's schema with the options of plugins of some kinds among its definitions, and rules that lead to them. */
function whole(
  base: JsonObject | null,
  plugins: readonly Plugin[],
  kinds: readonly PluginKind[],
  rules: readonly (readonly [path: readonly string[], rules: readonly JsonObject[]])[],
): JsonObject {
  const definitions: Record<string, Json> = {};
  for (const plugin of plugins) {
    if (!kinds.includes(plugin.kind)) continue;
    definitions[nameOf(plugin)] = optionsFor(plugin);
  }
  let schema: JsonObject = { ...base, $schema: dialect, $defs: definitions };
  for (const [path, more] of rules) schema = withRules(schema, path, more);
  return schema;
}

/** Adds rules to the part of a schema that a path leads to, through the forms of what may also be empty. */
function withRules(schema: JsonObject, path: readonly string[], rules: readonly JsonObject[]): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return rules.length === 0 ? schema : { ...schema, allOf: rules };
  const member = schema[key];
  if (isJsonObject(member)) return { ...schema, [key]: withRules(member, rest, rules) };
  const forms = schema['anyOf'];
  if (!isJsonArray(forms)) return schema;
  return {
    ...schema,
    anyOf: forms.map((form) => (isJsonObject(form) && key in form ? withRules(form, path, rules) : form)),
  };
}

/**
 * Where the name of a plugin of this kind stands under `classKey`, its options stand under `configKey`. Several plugins
 * may go by one name, as those of a job type on different platforms do; then the options of any of them will do.
 */
function choices(
  plugins: readonly Plugin[],
  kind: PluginKind,
  classKey: string,
  configKey: string,
  localUnlessSaid = true,
): JsonObject[] {
  const named = Map.groupBy(
    plugins.filter((plugin) => plugin.kind === kind),
    (plugin) => (plugin.kind === 'job' ? plugin.jobType : plugin.name),
  );
  return [...named].flatMap(([name, group]) => {
    const options = group.map((plugin) => ({ $ref: `#/$defs/${nameOf(plugin)}` }));
    const has = { properties: { [configKey]: { anyOf: [...options, { type: 'null' }] } } };
    const pattern = patternOf(name, group);
    const rule = ifThen(
      { type: 'object', properties: { [classKey]: { pattern } }, required: [classKey] },
      has,
    );
    if (name !== 'local' || !localUnlessSaid) return [rule];
    const said = { anyOf: [{ required: [classKey] }, { required: ['scheduler_class'] }] };
    return [rule, ifThen({ type: 'object', not: said }, has)];
  });
}

function ifThen(condition: JsonObject, consequence: JsonObject): JsonObject {
  // oxlint-disable-next-line no-thenable -- JSON Schema's own word
  return { if: condition, then: consequence };
}

function nameOf(plugin: Plugin): string {
  return `${plugin.kind}-${plugin.name}`;
}

/** The ways in which a file may name a plugin: its name, its package, and a class of AIFlow's. */
function patternOf(name: string, [plugin, ...others]: readonly Plugin[]): string {
  const suffix = { blob: '_blob_manager', scheduler: '_scheduler', job: '_job_plugin' }[
    plugin?.kind ?? 'job'
  ];
  const packages = [plugin, ...others].flatMap((one) => (one === undefined ? [] : [literal(one.package)]));
  const python = String.raw`(?:.*\.)?${literal(name)}${suffix}\.[A-Za-z0-9_]+`;
  return `^(?:${[literal(name), ...packages, python].join('|')})$`;
}

/** A pattern that finds just this text. */
function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

/**
 * A plugin's options, as they may stand in a file: what is resolved when the plugin is made may be a reference also
 * where the schema wants a number, and must be one where it wants a secret.
 */
function optionsFor(plugin: Plugin): JsonObject {
  const description = describeSchema(plugin.options) ?? {};
  const { $schema: _, ...options } = description;
  const inFile = (value: Json, isSchema: boolean): Json => {
    if (isJsonArray(value)) return value.map((item) => inFile(item, isSchema));
    if (!isJsonObject(value)) return value;
    const members: Record<string, Json> = {};
    for (const [key, member] of Object.entries(value)) {
      if (isSchema && key === '$ref' && typeof member === 'string') {
        members[key] = member.replace(/^#/, `#/$defs/${nameOf(plugin)}`);
      } else if (isSchema && ['enum', 'const', 'default', 'examples', 'required'].includes(key))
        members[key] = member;
      else
        members[key] = inFile(
          member,
          !isSchema || !['properties', '$defs', 'patternProperties'].includes(key),
        );
    }
    return isSchema ? withReference(members, plugin.kind !== 'job') : members;
  };
  const made = inFile(options, true);
  return isJsonObject(made) ? made : {};
}

const reference = String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*\}`;

function withReference(schema: JsonObject, mayRefer: boolean): JsonObject {
  const type = schema['type'];
  if (schema['writeOnly'] === true && type === 'string') return { ...schema, pattern: reference };
  if (!mayRefer || (type !== 'number' && type !== 'integer' && type !== 'boolean')) return schema;
  return { anyOf: [schema, { type: 'string', pattern: `^${reference}$` }] };
}
