/** A button whose deed is said again, in full, before it is done. */
import { useState } from 'react';

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
  if (!isAsking) {
    return (
      <button
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
    <fieldset aria-label={text} className="ml-auto flex flex-wrap items-center justify-end gap-2 text-text1">
      <span>{question}</span>
      <button
        type="button"
        className="button px-2"
        // biome-ignore lint/a11y/noAutofocus: it stands where the button was that was pressed
        autoFocus
        onClick={() => {
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
