import type { Control } from 'react-hook-form';
import type { AgentTypeSettings } from '@/lib/domain/agent-type/schema';
import type { SettingsInput } from './agent-settings';

/** What each group of the form is given. */
export interface GroupProps {
  control: Control<SettingsInput, unknown, AgentTypeSettings>;
  /** Fields that differ from what is saved. */
  changed: ReadonlySet<string>;
  isDisabled: boolean;
  slug: string;
}
