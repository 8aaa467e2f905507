// Run in a package after its build: removes from dist/ what no file of src/ makes any more. (tsc never
// deletes; emptying dist/ first would pull it away under whoever runs it at that moment.)
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const built = join(entry.parentPath, entry.name);
  const source = built.replace(/^dist/, 'src').replace(/(\.d)?\.[jt]s$/, '.ts');
  if (!existsSync(source)) rmSync(built);
}
