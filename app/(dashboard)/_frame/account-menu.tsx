'use client';
import { Button } from '@heroui/react/button';
import { Dropdown } from '@heroui/react/dropdown';
import { CircleUser, LogOut } from 'lucide-react';
import { useLive } from '@/app/_live/live-context';
import { signOut, useMe } from '@/app/_live/session';

export function AccountMenu() {
  const me = useMe();
  const { connection } = useLive();
  return (
    <Dropdown>
      <Button isIconOnly size="sm" variant="ghost" aria-label={`Signed in as ${me.label}`}>
        <CircleUser />
      </Button>
      <Dropdown.Popover placement="bottom end" className="min-w-56">
        <div className="border-b border-border px-3.5 py-2.5 text-table">
          <p className="truncate font-medium">{me.label}</p>
          <p className="truncate text-xs text-muted">
            {me.role} · tenant {me.tenantId}
          </p>
        </div>
        <Dropdown.Menu onAction={() => void signOut(connection)}>
          <Dropdown.Item id="sign-out" textValue="Sign out">
            <LogOut aria-hidden className="size-4" />
            Sign out
          </Dropdown.Item>
        </Dropdown.Menu>
      </Dropdown.Popover>
    </Dropdown>
  );
}
