import { isAbsolute, resolve, sep } from 'node:path';
import { AIFlowError } from './errors.ts';

const longest = 128;
const pattern = /^[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*$/;

/** What a name may be, for messages and JSON schemas. */
export const nameRule: string = `1 to ${longest} letters, digits and "_", with single "." or runs of "-" between them`;

/** Whether `name` can serve as a project, workflow, job or node name: it is also a file name on every system. */
export function isName(name: string): boolean {
  return (
    typeof name === 'string' &&
    name.length <= longest &&
    pattern.test(name) &&
    !name.includes('..') &&
    name !== '__proto__'
  );
}

/** Gives `name` back, or throws `name.invalid`, saying what kind of name it is and what a name may be. */
export function checkName(kind: string, name: string): string {
  if (isName(name)) return name;
  const given: unknown = name; // plain JavaScript may pass anything, also what cannot be made a text
  const text = typeof given === 'string' || typeof given === 'number' ? String(given) : `(${typeof given})`;
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  throw new AIFlowError('name.invalid', `${kind} name ${shown} is not allowed: expected ${nameRule}`, {
    context: { kind, name: text.slice(0, 200) },
  });
}

/**
 * The one resolver of paths that come from outside: `path`, relative and with `/`, below `root`. Throws
 * `path.outside` for an absolute path, a `..` that leaves the root, a NUL or a backslash. It looks at names only;
 * whether a link on the way leads out is for the caller to check where it opens the file.
 */
export function resolveInside(root: string, path: string): string {
  const base = resolve(root);
  const target = resolve(base, path);
  const inside = target === base || target.startsWith(base.endsWith(sep) ? base : base + sep);
  if (isAbsolute(path) || path.includes('\0') || path.includes('\\') || !inside) {
    throw new AIFlowError(
      'path.outside',
      `path ${JSON.stringify(path)} must stay inside its root directory`,
      {
        context: { path },
      },
    );
  }
  return target;
}
