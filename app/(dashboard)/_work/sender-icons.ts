import { Bot, Cable, CircleUser, Server, type LucideIcon } from 'lucide-react';
import type { Message } from '@/lib/domain/message/schema';

export const SENDER_ICONS: Record<Message['from']['kind'], LucideIcon> = {
  user: CircleUser,
  orchestrator: Cable,
  agent: Bot,
  system: Server,
};
