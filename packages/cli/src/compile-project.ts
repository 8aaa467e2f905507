import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project, Workflow } from '@aiflow/core';
import { buildWorkflow } from '@aiflow/core';
import { commandDir } from './command-dir.ts';
import { printable } from './output/printable.ts';
import { whileImporting } from './session.ts';

/**
 * The workflow as a run would get it, with the YAML that wins over its definition; nothing is kept on disk. What the
 * definition prints goes to stderr. Throws what `buildWorkflow` throws.
 */
export async function compileProject(project: Project, workflowName: string): Promise<Workflow> {
  // Generators write here, if they write at all; the project's own state directory may not even be there.
  const overlay = join(tmpdir(), `aiflow-compile-${randomUUID()}`);
  const onOutput = (text: string): void => void process.stderr.write(printable(text));
  try {
    return await whileImporting(project.projectDir, () =>
      buildWorkflow(project, workflowName, overlay, { commandDir, onOutput }),
    );
  } finally {
    rmSync(overlay, { recursive: true, force: true });
  }
}
