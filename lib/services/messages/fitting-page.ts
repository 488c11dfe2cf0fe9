import type { Page } from '../../domain/fields';
import type { MessageDocument } from '../../store/documents';
import type { PageRequest } from '../../store/list-page';
import { countThatFit } from './to-agent-message';

type ReadPage = (page: PageRequest) => Promise<Page<MessageDocument>>;

/** A page no longer than a result may be; where its bodies are long it is a shorter one, and its cursor goes on from there. */
export async function fittingPage(page: PageRequest, read: ReadPage): Promise<Page<MessageDocument>> {
  const whole = await read(page);
  const fit = countThatFit(whole.items);
  return fit === whole.items.length ? whole : read({ ...page, limit: fit });
}
