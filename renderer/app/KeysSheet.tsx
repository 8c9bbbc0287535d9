/** `?`: every key there is. */
import { Cap } from '../panels/Panel.tsx';
import { setView, useView } from '../stores/view-store.ts';
import { CARD_KEY_HELP, HOTKEYS } from './hotkeys.ts';
import { Sheet } from './Sheet.tsx';

const GROUPS = ['Safety', 'Queue', 'Chart', 'Screen'] as const;

export function KeysSheet() {
  const isOpen = useView((view) => view.overlay === 'keys');
  if (!isOpen) return null;
  return (
    <Sheet label="Keys" onClose={() => setView({ overlay: 'none' })} className="w-[620px]">
      <div className="overflow-auto p-5">
        <h2 className="mb-3 text-[15px] font-semibold">Keys</h2>
        <div className="grid grid-cols-2 gap-x-8 gap-y-4">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3 className="mb-1 text-[11px] font-medium text-text3">{group}</h3>
              <ul>
                {HOTKEYS.filter((hotkey) => hotkey.group === group).map((hotkey) => (
                  <KeyLine key={hotkey.command} cap={hotkey.cap} text={hotkey.text} />
                ))}
                {group === 'Queue' ? CARD_KEY_HELP.map((line) => <KeyLine key={line.cap} {...line} />) : null}
              </ul>
            </section>
          ))}
        </div>
        <p className="mt-4 text-[11px] text-text3">
          A, H, E and D act only while a proposal has the focus frame. Charts are drawn with TradingView Lightweight
          Charts.
        </p>
      </div>
    </Sheet>
  );
}

function KeyLine({ cap, text }: { cap: string; text: string }) {
  return (
    <li className="flex h-6 items-center gap-3">
      <span className="w-14 text-right text-text2">
        <span className="sr-only">{cap}: </span>
        <Cap>{cap}</Cap>
      </span>
      <span>{text}</span>
    </li>
  );
}
