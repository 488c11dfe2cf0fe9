'use client';
import { Button } from '@heroui/react/button';
import { Drawer } from '@heroui/react/drawer';
import { Menu } from 'lucide-react';
import { useState } from 'react';
import { NavList } from './nav-list';
import { Wordmark } from '@/app/_ui/wordmark';

/** The rail of a narrow screen. */
export function NavDrawer() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button isIconOnly variant="ghost" className="md:hidden" aria-label="Pages" onPress={() => setOpen(true)}>
        <Menu />
      </Button>
      <Drawer.Backdrop isOpen={isOpen} onOpenChange={setOpen}>
        <Drawer.Content placement="left">
          <Drawer.Dialog aria-label="Pages" className="w-64 px-0 py-4">
            <Drawer.CloseTrigger />
            <div className="mb-3 px-4">
              <Wordmark />
            </div>
            <nav aria-label="Pages">
              <NavList onNavigate={() => setOpen(false)} />
            </nav>
          </Drawer.Dialog>
        </Drawer.Content>
      </Drawer.Backdrop>
    </>
  );
}
