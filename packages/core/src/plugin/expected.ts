import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { formsOf } from './described.ts';
import { nearest } from './nearest.ts';

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
};

/** In words, what a JSON schema takes, such as `a whole number from 1 to 9`; null when it does not say. */
export function expectedBy(schema: JsonObject): string | null {
  const forms = formsOf(schema);
  if (forms !== null) return joined(forms.map(expectedBy).filter((words) => words !== null));
  const { type, const: only, enum: choices, minimum, maximum } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (isJsonArray(choices)) return joined(choices.map((choice) => JSON.stringify(choice)));
  const types = (isJsonArray(type) ? type : [type]).filter((name) => typeof name === 'string');
  const words = joined(types.map((name) => nouns[name]).filter((noun) => noun !== undefined));
  if (words === null || (minimum === undefined && maximum === undefined)) return words;
  if (maximum === undefined) return `${words}, at least ${JSON.stringify(minimum)}`;
  return minimum === undefined
    ? `${words}, at most ${JSON.stringify(maximum)}`
    : `${words} from ${JSON.stringify(minimum)} to ${JSON.stringify(maximum)}`;
}

/** Which of a schema's choices was probably meant by a text. */
export function choiceNear(schema: JsonObject, found: Json | undefined): string | null {
  const choices = schema['enum'];
  if (typeof found !== 'string' || !isJsonArray(choices)) return null;
  return nearest(
    found,
    choices.filter((choice) => typeof choice === 'string'),
  );
}

/** What stands there, as far as it can be shown: never a text, which may be a secret. */
export function foundWords(found: Json | undefined): string {
  if (found === undefined) return 'it is missing';
  if (found === null) return 'found no value';
  if (typeof found === 'string') return found === '' ? 'found an empty text' : 'found a text';
  if (isJsonArray(found)) return 'found a list';
  return isJsonObject(found) ? 'found a mapping' : `found ${String(found)}`;
}

/** Whether a message of another library quotes any text or number of a value, which may be a secret. */
export function quotes(message: string, value: Json | undefined): boolean {
  if (typeof value === 'string') {
    const isWord = value.length > 3 && message.includes(value);
    return isWord || (value !== '' && message.includes(JSON.stringify(value)));
  }
  if (isJsonArray(value)) return value.some((item) => quotes(message, item));
  return isJsonObject(value) && Object.values(value).some((member) => quotes(message, member));
}

function joined(words: readonly string[]): string | null {
  const each = [...new Set(words)];
  const last = each.pop();
  if (last === undefined) return null;
  return each.length === 0 ? last : `${each.join(', ')} or ${last}`;
}
