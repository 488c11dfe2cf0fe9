'use client';
import { Button } from '@heroui/react/button';
import { KeyMark } from './key-mark';

interface ActButtonProps {
  /** Pressing it does the same; only letters and digits. */
  shortcut: string;
  onPress: () => void;
  children: React.ReactNode;
  variant?: 'primary' | 'outline' | 'ghost' | 'danger';
  isPrimary?: boolean;
  isPending?: boolean;
  isDisabled?: boolean;
}

/** An action with its key beside its words. */
export function ActButton(props: ActButtonProps) {
  const { shortcut, onPress, children, variant = 'outline', isPrimary = false } = props;
  return (
    <Button
      size="sm"
      variant={variant}
      data-key={shortcut}
      {...(isPrimary ? { 'data-primary': true } : {})}
      isPending={props.isPending ?? false}
      isDisabled={props.isDisabled ?? false}
      onPress={onPress}
    >
      {children}
      <KeyMark>{shortcut}</KeyMark>
    </Button>
  );
}
