// Run in a package after tsc has written its declarations: makes its programs, dist/*.js, from src/. Those are what
// package.json exports or names as a command, and what is named as an argument: bodies of threads and processes, which
// are started by their path. Each lies in dist/ itself, whatever directory its source is in, so that `./name.js` beside
// `import.meta.url` finds it. What several of them need, or load late, goes to files that they share.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { rolldown } from 'rolldown';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const { exports, bin = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const named = [...Object.values(exports), ...Object.values(bin)]
  .map((target) => (typeof target === 'string' ? target : target.default))
  .filter((path) => path.endsWith('.js'))
  .map((path) => path.replace(/^\.\/dist\//, '').replace(/\.js$/, ''));
const input = Object.fromEntries(
  [...named, ...process.argv.slice(2)].map((name) => [basename(name), `src/${name}.ts`]),
);
const bundle = await rolldown({
  input,
  platform: 'node',
  // What others publish stays theirs: installed beside this package, in its own version and under its own license.
  external: (id, importer) => importer !== undefined && !id.startsWith('.') && !isAbsolute(id),
  // "sideEffects" of package.json is about dist/.
  treeshake: { moduleSideEffects: true },
});
const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});

// Neither tool removes what an earlier build made. (To empty dist/ first would pull it away under whoever runs it.)
const written = new Set(output.map(({ fileName }) => join('dist', fileName)));
for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  const source = path.replace(/^dist/, 'src').replace(/\.d\.ts$/, '.ts');
  const isCurrent = path.endsWith('.d.ts') ? existsSync(source) : written.has(path);
  if (entry.isFile() && !isCurrent) rmSync(path);
}
