import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isJsonObject } from '../json.ts';

/** The part of a {@link import('./record.ts').PluginRecord} that says where a plugin comes from. */
export interface PluginOrigin {
  readonly package: string;
  readonly version: string;
  readonly location: string;
}

/**
 * The origin of the module that calls it with its `import.meta.url`: name and version of the nearest package.json
 * above it. A file dropped into a project belongs to that project's package.
 */
export function pluginOrigin(url: string): PluginOrigin {
  for (let directory = dirname(fileURLToPath(url)); ; directory = dirname(directory)) {
    const found = readPackage(join(directory, 'package.json'));
    if (found !== null) return { ...found, location: url };
    if (directory === dirname(directory)) return { package: 'unknown', version: '0.0.0', location: url };
  }
}

function readPackage(path: string): { package: string; version: string } | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null; // no package.json here, or none that can be read: the next directory up is asked
  }
  const content: unknown = JSON.parse(text);
  if (!isJsonObject(content) || typeof content['name'] !== 'string') return null;
  const version = content['version'];
  return { package: content['name'], version: typeof version === 'string' ? version : '0.0.0' };
}
