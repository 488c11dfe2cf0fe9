import { ObjectId, type Document } from 'mongodb';
import { DEFAULT_TENANT } from '../domain/fields';
import { judgeRecord } from './change-source/map-change';
import { recordProjection } from './change-source/pipeline';
import { isEventCollection } from './change-source/raw-change';
import type { Collections } from './collections';
import type { MalformedDocument } from './documents';
import { asObjectId } from './raw-document';

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
      const documents = await readDocuments(c, name, rows);
      return rows.filter(({ documentId }) => {
        // By another kind of id it is not looked up, and its id cannot be mended.
        if (asObjectId(documentId) === null) return false;
        const document = documents.get(documentId.toLowerCase());
        return document === undefined || isWell(name, document, knowsTenant);
      });
    }),
  );
  return found.flat();
}

async function readDocuments(c: Collections, name: string, rows: MalformedDocument[]): Promise<Map<string, Document>> {
  const ids = rows.flatMap(({ documentId }): unknown[] => [asObjectId(documentId) ?? [], documentId].flat());
  const documents = await c.malformed.db
    .collection(name)
    .find({ _id: { $in: ids as ObjectId[] } }, { projection: recordProjection(name) })
    .toArray();
  return new Map(documents.map(document => [String(document._id).toLowerCase(), document]));
}

function isWell(name: string, document: Document, knowsTenant: (tenantId: string) => boolean): boolean {
  const { types = {}, ...doc } = document;
  if (!isEventCollection(name) || name === 'agent-types-config' || !(doc['_id'] instanceof ObjectId)) return false;
  const tenantId: unknown = doc['tenantId'] ?? DEFAULT_TENANT;
  if (typeof tenantId !== 'string' || !knowsTenant(tenantId)) return false;
  if (TAKEN_UP.has(name) && !(doc['rankAt'] instanceof Date)) return false;
  return judgeRecord(name, { id: doc['_id'].toHexString(), doc, types }).ok;
}

/** What is not taken up yet may have been refused for more than the stream looks at. */
const TAKEN_UP: ReadonlySet<string> = new Set(['messages', 'tasks']);
