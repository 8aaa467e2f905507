import { expect, it } from 'vitest';
import { schedulerSuite } from '../src/index.ts';
import { traps } from '../src/scheduler/traps.ts';
import { collect } from './collect.ts';
import { automaticMutants } from './reference/scheduler/automatic-mutants.ts';
import { languageMutants } from './reference/scheduler/language-mutants.ts';
import { schedulerMutants } from './reference/scheduler/mutants.ts';
import { trapMutants } from './reference/scheduler/trap-mutants.ts';

const mutants = [...schedulerMutants, ...languageMutants, ...automaticMutants, ...trapMutants];

function open(): never {
  throw new Error('no case is run');
}

it.each(Object.entries(traps))('%s: is the name of a case that a scheduler with it fails', (trap, name) => {
  const names = collect((runner) => schedulerSuite({ ...runner, name: 'none', open })).map(
    ({ name }) => name,
  );
  expect(names.filter((each) => each.includes('trap: ') && each.includes(trap))).toHaveLength(1);
  expect(mutants.filter(({ fails }) => fails.includes(name)).map(({ breaks }) => breaks)).not.toEqual([]);
});
