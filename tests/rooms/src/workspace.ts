/** What the rules look at: the published packages, their manifests and what their sources import. */
export interface Workspace {
  readonly packages: readonly Package[];
}

export interface Package {
  /** The folder below packages/: `job-bash`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** The text of its README.md; null when it has none. */
  readonly readme: string | null;
  readonly files: readonly SourceFile[];
}

export interface SourceFile {
  /** Below the package, with `/`: `src/define/job.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly sideEffects?: boolean | readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly aiflow?: { readonly plugins?: readonly { readonly kind?: string; readonly name?: string }[] };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A broken rule: where, and what to do instead. */
export interface Problem {
  readonly where: string;
  readonly message: string;
}

export type Rule = (workspace: Workspace) => readonly Problem[];

/** A package registers plugins when its manifest says so. */
export function isPlugin(pack: Package): boolean {
  return (pack.manifest.aiflow?.plugins ?? []).length > 0;
}

/** A package that holds one program for one platform, and no code: `@aiflow/process-linux-x64`. */
export function isForOnePlatform({ manifest }: Package): boolean {
  return manifest.os !== undefined || manifest.cpu !== undefined;
}

/** The package's name in an import: `@aiflow/core` of `@aiflow/core/plugin`, `null` for a file or a Node module. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Each import in the package's sources of a package that is in this repository. */
export function importsOfOurs(
  workspace: Workspace,
  pack: Package,
): { readonly where: string; readonly name: string; readonly typeOnly: boolean }[] {
  const ours = new Set(workspace.packages.map((other) => other.manifest.name));
  return pack.files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line, typeOnly }) => {
      const name = packageOf(specifier);
      if (name === null || name === pack.manifest.name || !ours.has(name)) return [];
      return [{ where: `packages/${pack.folder}/${file.path}:${line}`, name, typeOnly }];
    }),
  );
}
