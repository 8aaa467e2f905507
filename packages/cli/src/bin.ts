#!/usr/bin/env node
import { main } from './main.ts';

// Not by itself: jobs of an earlier run, which this one took up, may go on when it is done.
process.exit(await main(process.argv.slice(2)));
