/** Chooses what is drawn over and under the candles; `/` opens it with the cursor in its filter. */
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { Cap } from '../panels/Panel.tsx';
import { useDeskStore } from '../stores/desk-store.ts';
import { CONFIDENCE_PANE, setView, toggleIndicator, useView } from '../stores/view-store.ts';

const NO_INDICATORS: readonly { id: string; label: string; pane: 'price' | 'own' }[] = [];

export function IndicatorPicker() {
  const isOpen = useView((view) => view.overlay === 'indicators');
  const chosen = useView((view) => view.indicators);
  const known = useDeskStore((state) => state.hello?.indicators ?? NO_INDICATORS);
  const [filter, setFilter] = useState('');
  const all = [{ id: CONFIDENCE_PANE, label: 'Calibrated confidence', pane: 'own' as const }, ...known];
  const shown = all.filter((row) => row.label.toLowerCase().includes(filter.trim().toLowerCase()));
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => setView({ overlay: open ? 'indicators' : 'none' })}>
      <Popover.Trigger className="button button-quiet">
        Indicators <Cap>/</Cap>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          aria-label="Indicators"
          className="z-50 flex max-h-[60vh] w-64 flex-col overflow-hidden rounded-lg border border-line bg-bg2"
        >
          <input
            className="field m-2 w-auto text-left"
            placeholder="Filter"
            aria-label="Filter indicators"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <div className="overflow-auto px-1 pb-1">
            {shown.map((row) => (
              <label key={row.id} className="flex h-7 cursor-pointer items-center gap-2 rounded px-2 hover:bg-bg3">
                <input
                  type="checkbox"
                  className="accent-[var(--info)]"
                  checked={chosen.includes(row.id)}
                  onChange={() => toggleIndicator(row.id)}
                />
                <span className="flex-1">{row.label}</span>
                <span className="text-[11px] text-text3">{row.pane === 'price' ? 'on price' : 'own pane'}</span>
              </label>
            ))}
            {shown.length === 0 ? <p className="p-2 text-text3">No indicator by that name.</p> : null}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
