import type { Filter, ObjectId } from 'mongodb';
import type { Collections } from './collections';
import type { ReportDocument } from './documents';
import { listPage, type PageRequest } from './list-page';
import { isTime } from './raw-document';

export type NewReport = Omit<ReportDocument, 'createdAt' | 'updatedAt'>;

/** Made once under its id; `latest`: what it says is replaced where it is there already, which is no second report. */
export async function putReport(c: Collections, report: NewReport, isLatest = false): Promise<ReportDocument> {
  const { _id, said, ...rest } = report;
  const row = await c.reports.findOneAndUpdate(
    { _id },
    [
      {
        $replaceWith: {
          $cond: [
            { $eq: [{ $type: '$createdAt' }, 'missing'] },
            {
              $mergeObjects: [{ $literal: { _id, ...rest, said } }, { createdAt: '$$NOW', updatedAt: '$$NOW' }],
            },
            isLatest ? { $mergeObjects: ['$$ROOT', { said: { $literal: said }, updatedAt: '$$NOW' }] } : '$$ROOT',
          ],
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return row!;
}

export const findReport = (c: Collections, tenantId: string, id: ObjectId): Promise<ReportDocument | null> =>
  c.reports.findOne({ _id: id, tenantId });

export const listReportPage = <R>(
  c: Collections,
  filter: Filter<ReportDocument>,
  page: PageRequest,
  toRecord: (row: ReportDocument) => R,
) =>
  listPage(
    c.reports,
    { $and: [filter, isTime('createdAt')] } as Filter<ReportDocument>,
    { field: 'createdAt', direction: -1 },
    page,
    toRecord,
  );
