'use client';
import { Modal } from '@heroui/react/modal';

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: React.ReactNode;
  footer?: React.ReactNode;
  size?: 'sm' | 'md' | 'lg';
  className?: string;
}

export function Dialog({ isOpen, onClose, title, children, footer, size = 'lg', className = '' }: DialogProps) {
  return (
    <Modal.Backdrop isOpen={isOpen} onOpenChange={open => !open && onClose()}>
      <Modal.Container size={size} placement="auto">
        <Modal.Dialog className={className}>
          <Modal.CloseTrigger />
          <Modal.Header>
            <Modal.Heading>{title}</Modal.Heading>
          </Modal.Header>
          <Modal.Body className="text-foreground">{children}</Modal.Body>
          {footer ? <Modal.Footer>{footer}</Modal.Footer> : null}
        </Modal.Dialog>
      </Modal.Container>
    </Modal.Backdrop>
  );
}
