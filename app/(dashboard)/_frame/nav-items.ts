import {
  Activity,
  Bot,
  CircleDollarSign,
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
}

/** The pages, in the order of how often one looks. */
export const NAV_ITEMS: readonly NavItem[] = [
  { href: '/', label: 'Dashboard', icon: LayoutDashboard },
  { href: '/inbox', label: 'Inbox', icon: Inbox },
  { href: '/threads', label: 'Threads', icon: MessagesSquare },
  { href: '/runs', label: 'Runs', icon: Workflow },
  { href: '/tasks', label: 'Tasks', icon: ListChecks },
  { href: '/agents', label: 'Agents', icon: Bot },
  { href: '/projects', label: 'Projects', icon: FolderTree },
  { href: '/activity', label: 'Activity', icon: Activity },
  { href: '/sessions', label: 'Sessions', icon: RadioTower },
  { href: '/costs', label: 'Costs', icon: CircleDollarSign },
  { href: '/health', label: 'Health', icon: HeartPulse },
  { href: '/connect', label: 'Connect', icon: Plug },
  { href: '/settings', label: 'Settings', icon: Settings },
];

export const isHere = (href: string, pathname: string): boolean =>
  href === '/' ? pathname === '/' : pathname === href || pathname.startsWith(`${href}/`);

export const sectionOf = (pathname: string): NavItem | undefined => NAV_ITEMS.find(item => isHere(item.href, pathname));
