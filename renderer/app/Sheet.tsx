/** A modal sheet on the platform's own dialog: focus kept inside, Escape leaves, focus returns where it was. */
import { type ReactNode, useEffect, useRef } from 'react';

export function Sheet(props: { label: string; onClose: () => void; children: ReactNode; className?: string }) {
  const { label, onClose, children, className = '' } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // The dialog gives the focus to whatever can have it first; a field that waits for typing comes before that.
    element?.querySelector('input')?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog natively; the click is on its backdrop
    <dialog
      ref={dialog}
      aria-label={label}
      className={`mx-auto mt-[12vh] mb-auto max-h-[70vh] overflow-hidden rounded-lg border border-line bg-bg2 p-0 text-text1 backdrop:bg-black/45 ${className}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
