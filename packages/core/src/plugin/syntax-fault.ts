/**
 * What to say of a file that Node could not strip of its types, by the code and the message of Node's error; null for
 * any other error.
 */
export function syntaxFault(code: string | null, message: string): string | null {
  if (code === 'ERR_INVALID_TYPESCRIPT_SYNTAX') return `not valid TypeScript: ${message}`;
  if (code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return null;
  return `types are stripped and not compiled, and this needs compiling (${message}): ${remedyFor(message)}`;
}

function remedyFor(message: string): string {
  if (/enum/i.test(message)) return 'write "const Color = { red: \'red\' } as const" instead of an enum';
  if (/parameter property/i.test(message)) return 'declare the field and assign it in the constructor';
  if (/namespace|module/i.test(message)) return 'write plain exports instead of a namespace';
  return 'write it with types that can be left out';
}
