import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { RecordKind } from './record.ts';

/** A plugin that an installed package says it holds, known without running anything of it. */
export interface DiscoveredPlugin {
  readonly kind: RecordKind;
  readonly name: string;
  /** Of a job plugin, where its package says them: by them it is found for a job that names a platform. */
  readonly engine?: string;
  readonly platform?: string;
  readonly package: string;
  readonly version: string;
  /** The package's directory, links resolved. */
  readonly directory: string;
  /** Whether it came with the project's dependencies or with the command's own installation. */
  readonly source: 'project' | 'command';
}

/**
 * The plugins of the packages that the project depends on (workspace links included), then those installed beside
 * the command. `packages` are names that the project lists in `plugins:` beside its dependencies.
 */
export function discoverPlugins(
  projectDir: string,
  options: { readonly commandDir?: string | undefined; readonly packages?: readonly string[] } = {},
): DiscoveredPlugin[] {
  const names = [...(options.packages ?? []), ...dependenciesOf(projectDir)];
  const own = [...new Set(names)].flatMap((name) => findPackage(projectDir, name) ?? []);
  const beside = options.commandDir === undefined ? [] : packagesBeside(options.commandDir);
  const found: DiscoveredPlugin[] = [];
  const seen = new Set<string>();
  for (const [directories, source] of [
    [own, 'project'],
    [beside, 'command'],
  ] as const) {
    for (const directory of directories) {
      const real = realpathSync(directory);
      if (seen.has(real)) continue;
      seen.add(real);
      found.push(...pluginsOf(real, source));
    }
  }
  return found;
}

/** The file that `import` of a package gets, or null when its package.json names none. */
export function packageEntry(directory: string): string | null {
  const content = readJson(join(directory, 'package.json'));
  if (content === null) return null;
  const exported = content['exports'];
  const root = isJsonObject(exported) && '.' in exported ? exported['.'] : exported;
  const entry = exported === undefined ? (content['main'] ?? 'index.js') : pickCondition(root ?? null);
  return typeof entry === 'string' ? join(directory, entry) : null;
}

const conditions = ['node', 'import', 'module-sync', 'default'];

function pickCondition(target: Json): Json {
  if (isJsonArray(target)) return pickCondition(target[0] ?? null);
  if (!isJsonObject(target)) return target;
  const key = Object.keys(target).find((condition) => conditions.includes(condition));
  return key === undefined ? null : pickCondition(target[key] ?? null);
}

function pluginsOf(directory: string, source: DiscoveredPlugin['source']): DiscoveredPlugin[] {
  const content = readJson(join(directory, 'package.json'));
  const section = content?.['aiflow'];
  const plugins = isJsonObject(section) ? section['plugins'] : undefined;
  if (content === null || !isJsonArray(plugins)) return [];
  const { name: packageName, version } = content;
  if (typeof packageName !== 'string' || typeof version !== 'string') return [];
  return plugins.flatMap((plugin) => {
    if (!isJsonObject(plugin)) return [];
    const { kind, name, engine, platform } = plugin;
    if (!isRecordKind(kind) || typeof name !== 'string') return [];
    const pair = kind === 'job' && typeof engine === 'string' && typeof platform === 'string';
    return [
      { kind, name, ...(pair && { engine, platform }), package: packageName, version, directory, source },
    ];
  });
}

const kinds: readonly unknown[] = ['job', 'blob', 'scheduler', 'platform', 'engine'] satisfies RecordKind[];

function isRecordKind(kind: unknown): kind is RecordKind {
  return kinds.includes(kind);
}

function dependenciesOf(projectDir: string): string[] {
  for (let directory = projectDir; ; directory = dirname(directory)) {
    const content = readJson(join(directory, 'package.json'));
    if (content !== null) {
      const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
      return groups.flatMap((group) => {
        const listed = content[group];
        return isJsonObject(listed) ? Object.keys(listed) : [];
      });
    }
    if (directory === dirname(directory)) return [];
  }
}

/** The directory of an installed package, looked for as Node does: in `node_modules` here and above. */
function findPackage(from: string, name: string): string | null {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (readJson(join(candidate, 'package.json')) !== null) return candidate;
    if (directory === dirname(directory)) return null;
  }
}

/** All packages in the `node_modules` directories that the command itself would look in. */
function packagesBeside(commandDir: string): string[] {
  const found: string[] = [];
  for (let directory = commandDir; ; directory = dirname(directory)) {
    const modules = directory.endsWith('node_modules') ? directory : join(directory, 'node_modules');
    for (const name of list(modules)) {
      if (name.startsWith('@'))
        found.push(...list(join(modules, name)).map((scoped) => join(modules, name, scoped)));
      else if (!name.startsWith('.')) found.push(join(modules, name));
    }
    if (directory === dirname(directory))
      return found.filter((path) => readJson(join(path, 'package.json')) !== null);
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function readJson(path: string): JsonObject | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw new AIFlowError('plugin.unreadable', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    const content: unknown = JSON.parse(text);
    return isJsonObject(content) ? content : null;
  } catch (error) {
    throw new AIFlowError('plugin.unreadable', `${path} is not valid JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
