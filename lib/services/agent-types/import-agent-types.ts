import { requirePermission } from '../../auth/policy';
import { judgeImport, type JudgedEntry } from '../../domain/agent-type/judge-import';
import { ImportDocument, type ImportItem, type ImportReport } from '../../domain/agent-type/requests';
import { diffSettings, settingsOf } from '../../domain/agent-type/settings';
import { ControlPlaneError } from '../../domain/errors';
import { findAgentTypes } from '../../store/agent-types';
import type { AgentTypeDocument } from '../../store/documents';
import { newId } from '../../store/ids';
import { lockConfiguration, transact, type Transaction } from '../../store/transaction';
import type { Context } from '../context';
import { explainIssues, validationFailed } from '../explain-issues';
import { afterChange } from './after-change';
import { redactSettings } from '../../domain/agent-type/redact-settings';
import { saveEdit, saveNew } from './save-revision';
import { parseYaml } from './yaml-document';

/** All entries or none: everything is judged first, and what is written is written in one transaction. */
export async function importAgentTypes(ctx: Context, text: string, isDryRun: boolean): Promise<ImportReport> {
  requirePermission(ctx.principal, 'agent-types:write');
  const { plane, principal } = ctx;
  const { tenantId } = principal;
  const entries = readDocument(text);
  const items = await transact(plane.collections, async tx => {
    await lockConfiguration(plane.collections, tenantId, tx);
    const types = await findAgentTypes(plane.collections, tenantId, tx);
    const there = new Map(types.map(type => [type.slug, type]));
    const existing = new Map(types.map(type => [type.slug, settingsOf(type)]));
    const judged = judgeImport(entries, existing, explainIssues);
    if (isDryRun) return judged.map(entry => itemOf(entry, there.get(entry.slug)));
    refuseInvalid(judged);
    const done: ImportItem[] = [];
    for (const entry of judged) done.push(await take(ctx, tx, entry, there.get(entry.slug)));
    return done;
  });
  const changed = items.filter(({ result }) => result === 'created' || result === 'updated');
  if (!isDryRun && changed.length > 0)
    await afterChange(
      plane,
      tenantId,
      changed.map(({ slug }) => slug),
    );
  return { dryRun: isDryRun, items };
}

function readDocument(text: string): unknown[] {
  const document = parseYaml(text);
  const parsed = ImportDocument.safeParse(document);
  if (parsed.success) return parsed.data.agentTypes;
  throw validationFailed('body', parsed.error, document);
}

function refuseInvalid(judged: JudgedEntry[]): void {
  const invalid = judged.filter(({ settings }) => settings === null);
  if (invalid.length === 0) return;
  const errors = invalid.flatMap(entry => entry.errors);
  throw new ControlPlaneError(
    'validation-failed',
    `${invalid.length} of ${judged.length} agent types cannot be taken; nothing was changed. ${errors[0]!.path}: ${errors[0]!.message}`,
    {
      errors,
      details: { items: judged.map(entry => itemOf(entry, undefined)).filter(({ result }) => result === 'invalid') },
    },
  );
}

/** What would happen, or did not have to. */
function itemOf({ slug, settings, errors }: JudgedEntry, type: AgentTypeDocument | undefined): ImportItem {
  const revision = type?.revision ?? null;
  if (settings === null) return { slug, result: 'invalid', revision, changes: [], errors };
  const changes = diffSettings(type ?? null, redactSettings(settings));
  const result = !type ? 'created' : changes.length > 0 ? 'updated' : 'unchanged';
  return { slug, result, revision, changes, errors };
}

async function take(
  ctx: Context,
  tx: Transaction,
  entry: JudgedEntry,
  from: AgentTypeDocument | undefined,
): Promise<ImportItem> {
  const item = itemOf(entry, from);
  if (item.result === 'unchanged') return item;
  const { slug } = entry;
  const settings = redactSettings(entry.settings!);
  const { type } = from
    ? await saveEdit(ctx, tx, { from, settings })
    : await saveNew(ctx, tx, { id: newId(), slug, settings });
  return { ...item, revision: type.revision };
}
