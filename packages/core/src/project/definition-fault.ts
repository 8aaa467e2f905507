import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AIFlowError, describeProblem } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { syntaxFault } from '../plugin/syntax-fault.ts';
import type { Thrown } from './thread-message.ts';

interface Fault {
  readonly code: string;
  readonly message: string;
}

/**
 * The error for what a file of the project threw while it was loaded or run: where, what, and what to write instead.
 * `subject` says what the file is.
 */
export function explainThrown(
  thrown: Thrown,
  file: string,
  projectDir: string,
  subject = 'the definition',
): AIFlowError {
  const place = findPlace(thrown.stack, projectDir) ?? { file, line: null, column: null };
  const fault =
    thrown.own === null
      ? explainFault(thrown, place.file, subject)
      : { code: thrown.code ?? 'workflow.threw', message: thrown.message };
  const problem = { ...place, key: null, message: fault.message };
  const context: JsonObject = {
    ...thrown.own?.context,
    file: place.file,
    line: place.line,
    column: place.column,
  };
  return new AIFlowError(fault.code, describeProblem(problem), { context, problems: [problem] });
}

function explainFault(thrown: Thrown, file: string, subject: string): Fault {
  const { code, message } = thrown;
  const syntax = syntaxFault(code, message);
  if (syntax !== null) {
    const isValid = code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
    return { code: isValid ? 'workflow.unsupported_syntax' : 'workflow.syntax', message: syntax };
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT')
    return importFault(message, file);
  if (
    message.startsWith('Cannot use import statement outside a module') ||
    message.startsWith("Unexpected token 'export'")
  ) {
    return {
      code: 'workflow.not_a_module',
      message: `this file is taken for CommonJS: write "type": "module" into ${nearestPackage(file)}`,
    };
  }
  const absent = /The requested module '([^']+)' does not provide an export named '([^']+)'/.exec(message);
  if (absent !== null) return exportFault(absent[1] ?? '', absent[2] ?? '');
  return {
    code: 'workflow.threw',
    message: `${subject} threw: ${message === '' ? 'an error without a message' : message}`,
  };
}

function importFault(message: string, file: string): Fault {
  const quoted = /Cannot find (package|module) '([^']+)'/.exec(message);
  if (quoted?.[1] === 'package') {
    const name = packageName(quoted[2] ?? '');
    return {
      code: 'workflow.package_not_installed',
      message: `package "${name}" is not installed: run "npm install ${name}" in the project`,
    };
  }
  const missing = quoted?.[2] ?? /Directory import '([^']+)'/.exec(message)?.[1];
  if (missing === undefined) return { code: 'workflow.import_not_found', message };
  const path = missing.startsWith('file:') ? fileURLToPath(missing) : missing;
  const shown = relative(dirname(file), path);
  const specifier = shown.startsWith('.') ? shown : `./${shown}`;
  const complete = ['.ts', '.js', '.mjs', '/index.ts', '/index.js'].find((ending) =>
    existsSync(path + ending),
  );
  return complete === undefined
    ? { code: 'workflow.import_not_found', message: `it imports "${specifier}", and there is no such file` }
    : {
        code: 'workflow.import_without_extension',
        message: `it imports "${specifier}": write the file's whole name, "${specifier}${complete}"`,
      };
}

/** Types are stripped and leave no export behind, so a type that is imported as a value is missing like a misspelt name. */
function exportFault(specifier: string, name: string): Fault {
  const remedy =
    name === 'default'
      ? 'import what it exports by name, in braces'
      : `if it is a type, write "import type { ${name} }", or else look at how it is spelt`;
  return {
    code: 'workflow.import_not_found',
    message: `"${specifier}" does not export "${name}": ${remedy}`,
  };
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function nearestPackage(file: string): string {
  for (let directory = dirname(file); directory !== dirname(directory); directory = dirname(directory)) {
    const candidate = join(directory, 'package.json');
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile() === true) return candidate;
  }
  return 'package.json';
}

/** The first place in a stack that lies in the project and in no installed package. */
function findPlace(
  stack: string,
  projectDir: string,
): { file: string; line: number; column: number | null } | null {
  const roots = [`${pathToFileURL(projectDir).href}/`, `${projectDir}/`];
  for (const line of stack.split('\n')) {
    const start = roots.map((root) => line.indexOf(root)).find((at) => at >= 0);
    const place = /^(.+?):(\d+)(?::(\d+))?(?=\)?$)/.exec(line.slice(start ?? line.length));
    if (place === null || line.includes('/node_modules/')) continue;
    const [, path = '', at, column] = place;
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    return { file, line: Number(at), column: column === undefined ? null : Number(column) };
  }
  return null;
}
