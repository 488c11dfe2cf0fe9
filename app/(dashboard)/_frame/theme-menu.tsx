'use client';
import { Button } from '@heroui/react/button';
import { Dropdown } from '@heroui/react/dropdown';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';

const THEMES = [
  { id: 'light', label: 'Light', icon: Sun },
  { id: 'dark', label: 'Dark', icon: Moon },
  { id: 'auto', label: 'As the system', icon: Monitor },
] as const;
type Theme = (typeof THEMES)[number]['id'];

function apply(theme: Theme): void {
  const root = document.documentElement;
  root.dataset['themeChoice'] = theme;
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset['theme'] = dark ? 'dark' : 'light';
  try {
    localStorage.setItem('switchboard-theme', theme);
  } catch {
    // Kept for this visit only.
  }
}

export function ThemeMenu() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset['themeChoice'] as Theme);
  const Icon = THEMES.find(({ id }) => id === theme)?.icon ?? Monitor;
  const choose = (key: React.Key) => {
    setTheme(key as Theme);
    apply(key as Theme);
  };
  return (
    <Dropdown>
      <Button isIconOnly size="sm" variant="ghost" aria-label={`Theme: ${theme}`}>
        <Icon />
      </Button>
      <Dropdown.Popover placement="bottom end">
        <Dropdown.Menu selectionMode="single" selectedKeys={[theme]} disallowEmptySelection onAction={choose}>
          {THEMES.map(({ id, label, icon: Mark }) => (
            <Dropdown.Item key={id} id={id} textValue={label}>
              <Mark aria-hidden className="size-4" />
              {label}
              <Dropdown.ItemIndicator />
            </Dropdown.Item>
          ))}
        </Dropdown.Menu>
      </Dropdown.Popover>
    </Dropdown>
  );
}
