import { forgetListed } from '../../store/malformed';
import { findListed, findMended } from '../../store/mended';
import type { Plane } from '../context';

/** A pass looks at this many and the next goes on after them. */
const PAGE = 500;

/**
 * A document that was mended, or removed, is malformed no more, whoever listed it: the process that did may be gone, and
 * the stream shows a change that is well and not that it was not. Goes round, a page at a time. Agent types see to
 * themselves: each is judged whole whenever it is read.
 */
export class MalformedSweep {
  #after: string | null = null;

  constructor(private readonly plane: Plane) {}

  /** How many are listed no more. */
  async run(): Promise<number> {
    const { collections: c, tenants } = this.plane;
    const listed = await findListed(c, this.#after, PAGE);
    this.#after = listed.length < PAGE ? null : listed.at(-1)!._id;
    const mended = await findMended(c, listed, tenantId => tenants.knows(tenantId));
    await forgetListed(c, mended);
    return mended.length;
  }
}
