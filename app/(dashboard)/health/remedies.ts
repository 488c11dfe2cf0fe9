export interface Remedy {
  text: string;
  command?: string;
  href?: string;
  label?: string;
}

interface Rule {
  when: RegExp;
  remedy: Remedy;
}

/** What to do about each reason, by its words. */
const RULES: readonly Rule[] = [
  // First: an account may have any of the others' words in its name.
  {
    when: /^Account /,
    remedy: {
      text: 'It goes on by itself then; where its limit was raised, the hold can be lifted.',
      href: '#accounts',
      label: 'See it',
    },
  },
  {
    when: /listening|orchestrator/i,
    remedy: {
      text: 'Start an orchestrator session: /orchestrator in Claude Code, or the headless one.',
      command: 'npm run orchestrator -- --exec claude',
      href: '/connect',
      label: 'Connect one',
    },
  },
  {
    when: /paused/i,
    remedy: { text: 'Work is held until dispatch is resumed.', href: '/settings', label: 'Resume dispatch' },
  },
  {
    when: /malformed/i,
    remedy: {
      text: 'Correct or remove the documents listed below; each says what is wrong with it.',
      href: '#malformed',
      label: 'See them',
    },
  },
  {
    when: /oplog/i,
    remedy: {
      text: 'A longer oplog lets readers resume after a longer absence: raise oplogMinRetentionHours or its size.',
    },
  },
  {
    when: /replica|primary|member|secondary/i,
    remedy: {
      text: 'Look at the members below; the plane goes on by itself once there is a primary.',
      href: '#members',
      label: 'See them',
    },
  },
  {
    when: /consumer|lag/i,
    remedy: {
      text: 'A consumer that is gone for good can be removed; one that is slow catches up by itself.',
      href: '#consumers',
      label: 'See them',
    },
  },
  { when: /stale/i, remedy: { text: 'Left by processes that died. They hold nothing up.' } },
  {
    when: /mongo|database/i,
    remedy: { text: 'See that mongod runs and can be reached. The plane heals by itself when it is back.' },
  },
];

export const remedyFor = (reason: string): Remedy | null => RULES.find(({ when }) => when.test(reason))?.remedy ?? null;
