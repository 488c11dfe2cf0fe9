import { afterAll } from 'vitest';
import { dropTestDatabases } from './mongo';

afterAll(dropTestDatabases);
