import { join } from 'node:path';
import { execa } from 'execa';

/** What `pnpm publish` would send: the tarball of each published package, by the package's name. */
export type Tarballs = Readonly<Record<string, string>>;

/** The packages that one imports; the others hold a program for one platform, and come along with those. */
export function importable(tarballs: Tarballs): string[] {
  return Object.keys(tarballs).filter((name) => !/-(linux|darwin)-/.test(name));
}

const root = join(import.meta.dirname, '../../..');

/**
 * Packs every package of packages/ into `directory`. They must be built, but for programs for platforms that this machine
 * has no compiler for: what would refuse to pack those without their program (`prepack`) is left out.
 */
export async function packAll(directory: string): Promise<Tarballs> {
  const every = ['-r', '--filter', './packages/*', '--config.ignore-scripts=true'];
  const args = [...every, 'pack', '--json', '--pack-destination', directory];
  const { stdout } = await execa('pnpm', args, { cwd: root });
  const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly filename: string }[];
  return Object.fromEntries(packed.map(({ name, filename }) => [name, filename]));
}
