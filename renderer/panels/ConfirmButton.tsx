/** A button whose deed is said again, in full, before it is done. */
import { useEffect, useId, useRef, useState } from 'react';

interface Props {
  /** On the button. */
  readonly text: string;
  /** What will happen, a sentence. */
  readonly question: string;
  /** On the button that does it: a word or two. */
  readonly yes: string;
  readonly disabled?: boolean;
  readonly title?: string;
  readonly onYes: () => void;
}

export function ConfirmButton({ text, question, yes, disabled = false, title, onYes }: Props) {
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const group = useRef<HTMLFieldSetElement>(null);
  const wasAsking = useRef(false);
  const id = useId();
  useEffect(() => {
    // The keyboard goes to the question, not to its yes: Enter held down must not answer it.
    if (isAsking) group.current?.focus();
    else if (wasAsking.current) button.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  if (!isAsking) {
    return (
      <button
        ref={button}
        type="button"
        className="button ml-auto px-2"
        disabled={disabled}
        title={title}
        onClick={() => setAsking(true)}
      >
        {text}
      </button>
    );
  }
  return (
    <fieldset
      ref={group}
      tabIndex={-1}
      aria-label={text}
      aria-describedby={id}
      className="ml-auto flex flex-wrap items-center justify-end gap-2 rounded text-text1"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.shiftKey) return;
        event.preventDefault();
        setAsking(false);
      }}
    >
      <span id={id}>{question}</span>
      <button
        type="button"
        className="button px-2"
        onClick={() => {
          // What was asked about may be gone once it is done: the keyboard stays in the part of the screen that it is in.
          group.current?.parentElement?.closest<HTMLElement>('[tabindex="0"]')?.focus();
          wasAsking.current = false;
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </button>
      <button type="button" className="button px-2" onClick={() => setAsking(false)}>
        Not now
      </button>
    </fieldset>
  );
}
