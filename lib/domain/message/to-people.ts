import { HUMAN } from '../fields';
import { MESSAGE_KINDS, type MessageKind } from './schema';

/** A question waits for its answer; a message of these, to people, until one of them has seen to it. */
export const PLAIN_KINDS = MESSAGE_KINDS.filter(kind => kind !== 'question');

export const isToPeople = ({ assignedTo, kind }: { assignedTo: string | null; kind: MessageKind }): boolean =>
  assignedTo === HUMAN && kind !== 'question';
