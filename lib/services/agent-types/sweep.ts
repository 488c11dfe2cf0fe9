import { findRawAgentTypesAfter, purgeDeletedAgentTypes } from '../../store/agent-types';
import type { ObjectId } from '../../store/documents';
import { purgeDeletedProjects } from '../../store/projects';
import type { Plane } from '../context';
import { adoptAgentType } from './adopt-agent-type';

/** Types looked at in one pass; the next goes on from there and round again. */
const ADOPTED_A_PASS = 50;

/**
 * What no event reached: raw edits of types, and remains of what was deleted. Any number of processes may run it,
 * every half minute or so.
 */
export class ConfigurationSweep {
  #after: ObjectId | null = null;

  constructor(private readonly plane: Plane) {}

  async run(): Promise<void> {
    const { collections } = this.plane;
    const rows = await findRawAgentTypesAfter(collections, this.#after, ADOPTED_A_PASS);
    this.#after = rows.length === ADOPTED_A_PASS ? rows.at(-1)!._id : null;
    for (const { _id } of rows) await adoptAgentType(this.plane, _id);
    await purgeDeletedAgentTypes(collections);
    await purgeDeletedProjects(collections);
  }
}
