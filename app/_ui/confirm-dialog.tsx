'use client';
import { AlertDialog } from '@heroui/react/alert-dialog';
import { Button } from '@heroui/react/button';

interface ConfirmDialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and whether it can be undone. */
  children: React.ReactNode;
  confirm: string;
  onConfirm: () => void;
}

/** Asks before what cannot be undone; nothing else asks. Escape keeps things as they are. */
export function ConfirmDialog({ isOpen, onClose, title, children, confirm, onConfirm }: ConfirmDialogProps) {
  return (
    <AlertDialog.Backdrop isKeyboardDismissDisabled={false} isOpen={isOpen} onOpenChange={open => !open && onClose()}>
      <AlertDialog.Container size="sm">
        <AlertDialog.Dialog>
          <AlertDialog.Header>
            <AlertDialog.Heading>{title}</AlertDialog.Heading>
          </AlertDialog.Header>
          <AlertDialog.Body>{children}</AlertDialog.Body>
          <AlertDialog.Footer>
            <Button variant="ghost" onPress={onClose}>
              Keep it
            </Button>
            <Button
              variant="danger"
              onPress={() => {
                onConfirm();
                onClose();
              }}
            >
              {confirm}
            </Button>
          </AlertDialog.Footer>
        </AlertDialog.Dialog>
      </AlertDialog.Container>
    </AlertDialog.Backdrop>
  );
}
