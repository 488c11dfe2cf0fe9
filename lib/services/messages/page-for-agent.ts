import type { Page } from '../../domain/fields';
import type { AgentMessage } from '../../domain/message/agent-view';
import type { MessageDocument } from '../../store/documents';
import type { PageRequest } from '../../store/list-page';
import type { Caller } from '../identity/caller';
import { countThatFit, toAgentMessage } from './to-agent-message';

type ReadPage = (page: PageRequest) => Promise<Page<MessageDocument>>;

/** A page no longer than a result may be; where its bodies are long it is a shorter one, and its cursor goes on from there. */
export async function pageForAgent(caller: Caller, page: PageRequest, read: ReadPage): Promise<Page<AgentMessage>> {
  const whole = await read(page);
  const fit = countThatFit(whole.items);
  const { items, nextCursor } = fit === whole.items.length ? whole : await read({ ...page, limit: fit });
  return { items: items.map(row => toAgentMessage(row, caller.dispatch?._id ?? null)), nextCursor };
}
