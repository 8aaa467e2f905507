import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Import, Manifest, Package, SourceFile, Workspace } from './workspace.ts';

/** Reads `packages/*` of the repository at `root`. A file that does not parse is an error. */
export function readWorkspace(root: string): Workspace {
  const folders = readdirSync(join(root, 'packages')).toSorted();
  const withManifest = folders.filter((folder) => existsSync(join(root, 'packages', folder, 'package.json')));
  return { packages: withManifest.map((folder) => readPackage(root, folder)) };
}

function readPackage(root: string, folder: string): Package {
  const home = join(root, 'packages', folder);
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest;
  const sources = join(home, 'src');
  const names = existsSync(sources) ? readdirSync(sources, { recursive: true, encoding: 'utf8' }) : [];
  const files = names
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => readSource(home, `src/${name}`));
  const readmePath = join(home, 'README.md');
  const readme = existsSync(readmePath) ? readFileSync(readmePath, 'utf8') : null;
  return { folder, manifest, readme, files };
}

function readSource(home: string, path: string): SourceFile {
  return { path, imports: readImports(path, readFileSync(join(home, path), 'utf8')) };
}

/** All that a file imports or re-exports; `import(…)` counts when it names its module by a string. */
export function readImports(path: string, text: string): Import[] {
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const found: Import[] = [];
  // `import { type A } from 'a'` still loads a when it runs; only `import type` is erased whole.
  const erased = (start: number, end: number): boolean =>
    /^(import|export)\s+type\b/.test(text.slice(start, end));
  for (const { moduleRequest, start, end } of staticImports) {
    found.push({ specifier: moduleRequest.value, line: lineOf(start), typeOnly: erased(start, end) });
  }
  for (const { entries, start, end } of staticExports) {
    const specifiers = new Set(entries.map(({ moduleRequest }) => moduleRequest?.value ?? null));
    for (const specifier of specifiers) {
      if (specifier !== null) found.push({ specifier, line: lineOf(start), typeOnly: erased(start, end) });
    }
  }
  for (const { moduleRequest } of dynamicImports) {
    const quoted = /^(['"`])(.*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    const specifier = quoted?.[2];
    if (specifier !== undefined)
      found.push({ specifier, line: lineOf(moduleRequest.start), typeOnly: false });
  }
  return found;
}
