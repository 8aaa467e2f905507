import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, errorCode } from '@aiflow/core';
import type { FlinkSettings } from './options.ts';
import type { FlinkSqlParams } from './processor.ts';
import { substitute } from './variables.ts';

/**
 * A statement of a script. `insert` joins the job's statement set; `query` gives rows; the rest is executed as it comes.
 */
export interface SqlStatement {
  readonly kind: 'insert' | 'query' | 'other';
  readonly sql: string;
  /** The line of the script in which it begins, from 1. */
  readonly line: number;
}

/** A statement ready to be executed, and whether a secret is in it. */
export interface ResolvedStatement extends SqlStatement {
  /** As the script has it: what may be shown. */
  readonly shown: string;
  readonly isSecret: boolean;
}

/**
 * The statements of a script, from its text or its file, with their variables replaced. Throws `flink.script_not_found`,
 * `flink.invalid_script` and `flink.unknown_variable`.
 */
export async function readScript(
  node: string,
  script: FlinkSqlParams,
  settings: Pick<FlinkSettings, 'env'>,
  env: JobRuntimeEnv,
): Promise<readonly ResolvedStatement[]> {
  const found = splitScript('statements' in script ? script.statements : await readFileOf(script.file, env));
  if (found.filter(({ kind }) => kind === 'query').length > 1) {
    const message = `the SQL of node "${node}" has more than one SELECT, and a node has one result: give each a node`;
    throw new AIFlowError('flink.invalid_script', message, { context: { node_id: node } });
  }
  return found.map((statement) => {
    const where = `the SQL of node "${node}", line ${statement.line},`;
    const { text, isSecret } = substitute(statement.sql, where, settings, env);
    return { ...statement, sql: text, shown: statement.sql, isSecret };
  });
}

async function readFileOf(file: string, env: JobRuntimeEnv): Promise<string> {
  try {
    return await readFile(join(env.projectDir, ...file.split('/')), 'utf8');
  } catch (cause) {
    const message = `cannot read the SQL file ${file} of the project: put it there, or correct the definition`;
    throw new AIFlowError('flink.script_not_found', message, {
      context: { file, systemCode: errorCode(cause) },
      cause,
    });
  }
}

/**
 * Splits a script at its semicolons, but for those in quotes and comments. The wrapping of a statement set, `EXECUTE
 * STATEMENT SET BEGIN … END`, is left out: all INSERTs of a job are one set anyway.
 */
export function splitScript(script: string): readonly SqlStatement[] {
  const found: SqlStatement[] = [];
  let [sql, line, begun] = ['', 1, 0];
  const finish = (): void => {
    const statement = unwrapped(sql.trim());
    if (statement !== '') found.push({ kind: kindOf(statement), sql: statement, line: begun });
    [sql, begun] = ['', 0];
  };
  for (const [token] of script.matchAll(tokens)) {
    const isComment = token.startsWith('/*') || token.startsWith('--');
    if (token === ';') finish();
    // A hint is a comment that is meant for Flink.
    else if (isComment && !token.startsWith('/*+')) sql += ' ';
    else {
      if (begun === 0 && token.trim() !== '') begun = line;
      sql += token;
    }
    line += token.split('\n').length - 1;
  }
  finish();
  return found;
}

// Quotes are doubled inside themselves, which is one quoted text after another here. What is not closed runs to the end.
const tokens =
  /'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;|\s+|[^'"`;\s/-]+|[/-]/g;

function unwrapped(statement: string): string {
  if (/^END$/i.test(statement)) return '';
  return statement
    .replace(/^(?:EXECUTE\s+STATEMENT\s+SET\s+BEGIN|BEGIN\s+STATEMENT\s+SET)(?:\s+|$)/i, '')
    .replace(/^EXECUTE\s+(?=INSERT\s)/i, '');
}

function kindOf(statement: string): SqlStatement['kind'] {
  if (/^INSERT\s/i.test(statement)) return 'insert';
  return /^\(*\s*(?:SELECT|WITH|VALUES)\b/i.test(statement) ? 'query' : 'other';
}
