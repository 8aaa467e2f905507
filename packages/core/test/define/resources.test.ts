import { describe, expect, it } from 'vitest';
import { dataset, model } from '../../src/index.ts';
import { codeOf } from './drawing.ts';

const wrong = (value: unknown): never => value as never;

describe('a dataset', () => {
  it('is frozen plain data, with null for what is not said', () => {
    const plain = dataset({ name: 'rows', uri: 'resources/rows.csv' });
    expect(plain).toEqual({
      name: 'rows',
      uri: 'resources/rows.csv',
      format: null,
      schema: null,
      properties: {},
    });
    const columns = [{ name: 'id', type: 'INT64' as const }];
    const properties = { header: { rows: 1 } };
    const full = dataset({ name: 'full', uri: '${BASE}/full', format: 'csv', schema: columns, properties });
    columns.push({ name: 'late', type: 'INT64' });
    properties.header.rows = 2;
    expect(full.schema).toEqual([{ name: 'id', type: 'INT64' }]);
    expect(full.properties).toEqual({ header: { rows: 1 } });
    expect([plain, full, full.schema, full.schema?.[0], full.properties].every(Object.isFrozen)).toBe(true);
    expect(dataset(full)).toEqual(full);
  });

  it.each([
    'rows.csv',
    './a/../b.csv',
    '/data/rows.csv',
    's3://bucket/../rows',
    'hdfs:///rows',
    '${BASE}/../rows',
  ])('may lie at %s', (uri) => {
    expect(dataset({ name: 'rows', uri }).uri).toBe(uri);
  });

  it.each<[string, object, string]>([
    ['no name', { uri: 'a' }, 'define.invalid_dataset'],
    ['a name that is none', { name: 'a b', uri: 'a' }, 'define.invalid_dataset'],
    ['no uri', { name: 'a' }, 'define.invalid_dataset'],
    ['an empty uri', { name: 'a', uri: '' }, 'define.invalid_dataset'],
    ['a uri of two lines', { name: 'a', uri: 'a\nb' }, 'define.invalid_dataset'],
    ['a way out', { name: 'a', uri: '..' }, 'define.invalid_dataset'],
    ['a hidden way out', { name: 'a', uri: 'x/../../y' }, 'define.invalid_dataset'],
    ['a way out with a backslash', { name: 'a', uri: String.raw`..\y` }, 'define.invalid_dataset'],
    ['a format that is no text', { name: 'a', uri: 'a', format: 5 }, 'define.invalid_dataset'],
    ['a schema that is no list', { name: 'a', uri: 'a', schema: { id: 'INT64' } }, 'define.invalid_dataset'],
    ['a column that is a text', { name: 'a', uri: 'a', schema: ['id'] }, 'define.invalid_dataset'],
    [
      'a column type that there is not',
      { name: 'a', uri: 'a', schema: [{ name: 'id', type: 'INT' }] },
      'define.invalid_dataset',
    ],
    [
      'two columns of one name',
      {
        name: 'a',
        uri: 'a',
        schema: [
          { name: 'id', type: 'INT64' },
          { name: 'id', type: 'STRING' },
        ],
      },
      'define.invalid_dataset',
    ],
    [
      'properties with a function',
      { name: 'a', uri: 'a', properties: { f: () => 1 } },
      'define.invalid_dataset',
    ],
    ['an option that there is not', { name: 'a', url: 'a' }, 'define.unknown_option'],
  ])('is refused with %s', (_, spec, code) => {
    expect(codeOf(() => dataset(wrong(spec)))).toBe(code);
  });

  it('is refused when it is no object', () => {
    for (const value of [undefined, null, 'rows', 5, []]) {
      expect(codeOf(() => dataset(wrong(value)))).toBe('define.invalid_option');
    }
  });
});

describe('a model', () => {
  it('is frozen plain data, with null for what is not said', () => {
    expect(model({ name: 'bird' })).toEqual({ name: 'bird', type: null, properties: {} });
    const full = model({ name: 'bird', type: 'checkpoint', properties: { size: 3 } });
    expect(full).toEqual({ name: 'bird', type: 'checkpoint', properties: { size: 3 } });
    expect(Object.isFrozen(full) && Object.isFrozen(full.properties)).toBe(true);
  });

  it.each<[string, object, string]>([
    ['no name', {}, 'define.invalid_model'],
    ['a type that is no text', { name: 'a', type: 5 }, 'define.invalid_model'],
    ['properties that are a list', { name: 'a', properties: [] }, 'define.invalid_model'],
    ['an option that there is not', { name: 'a', kind: 'x' }, 'define.unknown_option'],
  ])('is refused with %s', (_, spec, code) => {
    expect(codeOf(() => model(wrong(spec)))).toBe(code);
  });
});
