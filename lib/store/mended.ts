import { ObjectId, type Document } from 'mongodb';
import { DEFAULT_TENANT } from '../domain/fields';
import { judgeRecord } from './change-source/map-change';
import { recordProjection } from './change-source/pipeline';
import { isEventCollection } from './change-source/raw-change';
import { COLLECTION_NAMES, type Collections } from './collections';
import type { MalformedDocument } from './documents';
import { asObjectId } from './raw-document';
import { reasonAgainstProject } from './to-record/project';

/** Listed documents as they stand now. A page of them at a time, by the list's own id. */
export const findListed = (c: Collections, after: string | null, limit: number): Promise<MalformedDocument[]> =>
  c.malformed
    .find(after === null ? {} : { _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();

/** Of these, those whose document is well-formed now, or gone: there is nothing left to mend. */
export async function findMended(
  c: Collections,
  listed: MalformedDocument[],
  knowsTenant: (tenantId: string) => boolean,
): Promise<MalformedDocument[]> {
  const names = [...new Set(listed.map(({ collection }) => collection))];
  const found = await Promise.all(
    names.map(async name => {
      const rows = listed.filter(({ collection }) => collection === name);
      const stillThere = await judgeDocuments(c, name, rows, knowsTenant);
      return rows.filter(({ documentId }) => {
        // By another kind of id it is not looked up, and its id cannot be mended.
        if (asObjectId(documentId) === null) return false;
        return stillThere.get(documentId.toLowerCase()) ?? true;
      });
    }),
  );
  return found.flat();
}

/** Whether each is well, by its id; one by one, for a page of them whole may be a hundred megabytes. */
async function judgeDocuments(
  c: Collections,
  name: string,
  rows: MalformedDocument[],
  knowsTenant: (tenantId: string) => boolean,
): Promise<Map<string, boolean>> {
  const ids = rows.flatMap(({ documentId }): unknown[] => [asObjectId(documentId) ?? [], documentId].flat());
  // A node is judged by its texts too, which the stream does not carry.
  const projection = name === COLLECTION_NAMES.projects ? {} : recordProjection(name);
  const documents = c.malformed.db.collection(name).find({ _id: { $in: ids as ObjectId[] } }, { projection });
  const judged = new Map<string, boolean>();
  for await (const document of documents) {
    judged.set(String(document._id).toLowerCase(), isWell(name, document, knowsTenant));
  }
  return judged;
}

function isWell(name: string, document: Document, knowsTenant: (tenantId: string) => boolean): boolean {
  const { types = {}, ...doc } = document;
  if (!isEventCollection(name) || name === 'agent-types-config' || !(doc['_id'] instanceof ObjectId)) return false;
  const tenantId: unknown = doc['tenantId'] ?? DEFAULT_TENANT;
  if (typeof tenantId !== 'string' || !knowsTenant(tenantId)) return false;
  if (TAKEN_UP.has(name) && !(doc['rankAt'] instanceof Date)) return false;
  if (name === COLLECTION_NAMES.projects && reasonAgainstProject(doc) !== null) return false;
  return judgeRecord(name, { id: doc['_id'].toHexString(), doc, types }).ok;
}

/** What is not taken up yet may have been refused for more than the stream looks at. */
const TAKEN_UP: ReadonlySet<string> = new Set(['messages', 'tasks']);
