import {
  Activity,
  Bot,
  CircleDollarSign,
  CirclePlay,
  FolderTree,
  HeartPulse,
  Inbox,
  LayoutDashboard,
  ListChecks,
  MessagesSquare,
  Plug,
  RadioTower,
  Settings,
  Workflow,
  type LucideIcon,
} from 'lucide-react';

export interface NavItem {
  href: string;
  label: string;
  icon: LucideIcon;
  /** After `g`. */
  goKey: string;
}

/** The pages, in the order of how often one looks. */
export const NAV_ITEMS: readonly NavItem[] = [
  { href: '/', label: 'Dashboard', icon: LayoutDashboard, goKey: 'd' },
  { href: '/inbox', label: 'Inbox', icon: Inbox, goKey: 'i' },
  { href: '/threads', label: 'Threads', icon: MessagesSquare, goKey: 't' },
  { href: '/runs', label: 'Runs', icon: Workflow, goKey: 'r' },
  { href: '/tasks', label: 'Tasks', icon: ListChecks, goKey: 'k' },
  { href: '/dispatches', label: 'Dispatches', icon: CirclePlay, goKey: 'x' },
  { href: '/agents', label: 'Agents', icon: Bot, goKey: 'a' },
  { href: '/projects', label: 'Projects', icon: FolderTree, goKey: 'p' },
  { href: '/activity', label: 'Activity', icon: Activity, goKey: 'l' },
  { href: '/sessions', label: 'Sessions', icon: RadioTower, goKey: 's' },
  { href: '/costs', label: 'Costs', icon: CircleDollarSign, goKey: 'c' },
  { href: '/health', label: 'Health', icon: HeartPulse, goKey: 'h' },
  { href: '/connect', label: 'Connect', icon: Plug, goKey: 'n' },
  { href: '/settings', label: 'Settings', icon: Settings, goKey: 'e' },
];

export const isHere = (href: string, pathname: string): boolean =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);

export const sectionOf = (pathname: string): NavItem | undefined => NAV_ITEMS.find(item => isHere(item.href, pathname));
