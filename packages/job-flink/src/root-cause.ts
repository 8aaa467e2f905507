/** The exception at the bottom of a Java stack trace. */
export interface RootCause {
  /** The class, such as `java.lang.ArithmeticException`; empty when the text is no stack trace. */
  readonly name: string;
  /** One line: the class's short name and what it says. */
  readonly message: string;
}

const frame = /^\s+(?:at \S|\.\.\. \d+ more)/;
const thrown =
  /^(?:Caused by: )?((?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable|Failure)[\w$]*)(?::\s*(.*))?$/;

/**
 * What a Java stack trace begins with at its root. Messages of several lines are taken to their end, and an exception
 * that says nothing of its own yields to the one above it.
 */
export function rootCause(stackTrace: string): RootCause {
  const found: { name: string; lines: string[] }[] = [];
  let open = false;
  for (const line of stackTrace.split('\n')) {
    const match = thrown.exec(line.trim().replace(/^<?Exception on server side:\s*/, ''));
    if (match !== null && (line.startsWith('Caused by: ') || found.length === 0)) {
      found.push({ name: match[1] ?? '', lines: [match[2] ?? ''] });
      open = true;
    } else if (frame.test(line)) open = false;
    else if (open && found.length < 200) found.at(-1)?.lines.push(line.trim());
  }
  const said = found.map(({ name, lines }) => ({ name, text: oneLine(lines.join(' ')) }));
  const root = said.findLast(({ text }) => text !== '') ?? said.at(-1);
  if (root === undefined)
    return { name: '', message: oneLine(stackTrace).slice(0, 500) || 'it said nothing' };
  const short = root.name.slice(root.name.lastIndexOf('.') + 1);
  return { name: root.name, message: root.text === '' ? short : `${short}: ${root.text}`.slice(0, 500) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
