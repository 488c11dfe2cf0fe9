import { clip } from '../orchestrator/bounded-text';

/** The API's own limit; repeated because its schema would bring a whole validation library into each script. */
export const MAX_OUTPUT_CHARACTERS = 64_000;

export const clipOutput = (output: string): string => clip(output, MAX_OUTPUT_CHARACTERS);
