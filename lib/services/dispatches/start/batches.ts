import { InHalves } from '../../../kernel/in-halves';

/** Batch claims and batch completions of this process: they share its database, and so the cores it runs on. */
export const batches = new InHalves();
