import type { Document } from 'mongodb';
import { DISPATCH_STATUSES, SOURCE_KINDS } from '../../domain/dispatch/schema';
import { judge, wants, wantsId, wantsOneOf, type RawRule, type RawVerdict } from '../../domain/raw-fields';
import { REPORT_KINDS } from '../../domain/report/schema';
import { RUN_STATUSES } from '../../domain/run/schema';
import { describeRaw } from '../raw-document';

/**
 * Of what only the plane makes: the fields it lists and works by, of which a driver may make something else. One that is
 * absent is told by its default, as in every event.
 */

type Rule = (field: string) => RawRule;
const TIME: Rule = field => wants(field, ['date'], 'a date');
const TEXT: Rule = field => wants(field, ['string'], 'a string');
const oneOf =
  (allowed: readonly string[]): Rule =>
  field =>
    wantsOneOf(field, allowed);

export interface RecordJudge {
  /** Top-level names that it looks at. */
  fields: readonly string[];
  judge(doc: Document): RawVerdict;
}

function judgeOf(rules: Record<string, Rule>): RecordJudge {
  const paths = Object.keys(rules);
  const all = Object.entries(rules).map(([field, rule]) => rule(field));
  return { fields: paths.map(path => path.split('.')[0]!), judge: doc => judge(describeRaw(doc, paths), all) };
}

export const RUN_JUDGE = judgeOf({
  createdAt: TIME,
  status: oneOf(RUN_STATUSES),
  threadId: wantsId,
  projectId: wantsId,
  plannerType: TEXT,
});

export const DISPATCH_JUDGE = judgeOf({
  createdAt: TIME,
  status: oneOf(DISPATCH_STATUSES),
  'source.kind': oneOf(SOURCE_KINDS),
  'source.id': wantsId,
  agentType: TEXT,
  threadId: wantsId,
  projectId: wantsId,
});

export const REPORT_JUDGE = judgeOf({
  createdAt: TIME,
  kind: oneOf(REPORT_KINDS),
  taskId: wantsId,
  runId: wantsId,
  dispatchId: wantsId,
});
