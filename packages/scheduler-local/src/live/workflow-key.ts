/** A NUL cannot be part of a name, and a dot can: "a.b" of "c" is not "b.c" of "a". */
export function workflowKey(projectName: string, workflowName: string): string {
  return `${projectName}\0${workflowName}`;
}
