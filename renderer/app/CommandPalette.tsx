/** Ctrl/Cmd K: every command and instrument by a few letters. */
import { Command } from 'cmdk';
import { useMemo } from 'react';
import { Cap } from '../panels/Panel.tsx';
import { useDeskStore } from '../stores/desk-store.ts';
import { setView, useView } from '../stores/view-store.ts';
import { allCommands } from './commands.ts';
import { Sheet } from './Sheet.tsx';

const NO_INSTRUMENTS: readonly { id: string; symbol: string }[] = [];

/** Every word typed must stand in the name; one that begins a word there counts more, and letters strewn over it count nothing. */
function matchOf(value: string, search: string): number {
  const name = value.toLowerCase();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => name.includes(word))) return 0;
  return name.startsWith(words[0] ?? '') ? 1 : words.every((word) => ` ${name}`.includes(` ${word}`)) ? 0.8 : 0.5;
}

export function CommandPalette() {
  const overlay = useView((view) => view.overlay);
  if (overlay !== 'commands' && overlay !== 'instruments') return null;
  return <Palette onlyInstruments={overlay === 'instruments'} />;
}

function Palette({ onlyInstruments }: { onlyInstruments: boolean }) {
  const instruments = useDeskStore((state) => state.hello?.instruments ?? NO_INSTRUMENTS);
  const groups = useMemo(() => {
    const byGroup = new Map<string, ReturnType<typeof allCommands>[number][]>();
    if (!onlyInstruments)
      for (const command of allCommands()) byGroup.set(command.group, [...(byGroup.get(command.group) ?? []), command]);
    byGroup.set(
      'Instruments',
      instruments.map((row) => ({
        id: row.id,
        text: row.symbol,
        group: 'Instruments',
        run: () => setView({ instrumentId: row.id }),
      })),
    );
    // Last, so that opening the palette and pressing Enter never stops trading.
    const safety = byGroup.get('Safety');
    if (safety) {
      byGroup.delete('Safety');
      byGroup.set('Safety', safety);
    }
    return byGroup;
  }, [instruments, onlyInstruments]);
  const close = (): void => setView({ overlay: 'none' });
  const label = onlyInstruments ? 'Switch instrument' : 'Commands';
  return (
    <Sheet label={label} onClose={close} className="w-[520px]">
      <Command label={label} loop filter={matchOf} className="flex max-h-[70vh] flex-col">
        <Command.Input
          placeholder={onlyInstruments ? 'Instrument' : 'Command or instrument'}
          className="h-11 w-full shrink-0 border-b border-line bg-transparent px-4 text-[14px] outline-none placeholder:text-text3"
        />
        <Command.List className="overflow-auto p-1.5">
          <Command.Empty className="p-4 text-text3">Nothing by that name.</Command.Empty>
          {[...groups].map(([group, commands]) => (
            <Command.Group
              key={group}
              heading={group}
              className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-[11px] [&_[cmdk-group-heading]]:text-text3"
            >
              {commands.map((command) => (
                <Command.Item
                  key={command.id}
                  value={`${command.text} ${command.id}`}
                  className="flex h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 data-[selected=true]:bg-bg3"
                  onSelect={() => {
                    close();
                    // After the sheet has given the focus back, so that a command may move it.
                    requestAnimationFrame(command.run);
                  }}
                >
                  <span className="flex-1">{command.text}</span>
                  {command.cap ? <Cap>{command.cap}</Cap> : null}
                </Command.Item>
              ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Sheet>
  );
}
