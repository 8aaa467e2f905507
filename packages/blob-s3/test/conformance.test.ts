import { registrationSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });
