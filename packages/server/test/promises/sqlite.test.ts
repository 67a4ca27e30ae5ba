// The promises, kept on SQLite.
import { join } from 'node:path';
import { after } from 'node:test';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { keepsPromises } from './promises.ts';

const folder = temporaryFolder();

keepsPromises(() => `sqlite:${join(folder.path, 'promises.db')}`);

// Hooks run in order: the service is gone by then.
after(() => folder.remove());
