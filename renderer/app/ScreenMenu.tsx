/** Theme, palette, layout, keys: what belongs to the screen and not to trading. */
import { DropdownMenu } from 'radix-ui';
import { type Palette, setView, type Theme, useView } from '../stores/view-store.ts';
import { resetLayout } from './dock-api.ts';

const ITEM = 'flex h-7 cursor-pointer items-center gap-2 rounded px-2 outline-none data-[highlighted]:bg-bg3';

export function ScreenMenu() {
  const theme = useView((view) => view.theme);
  const palette = useView((view) => view.palette);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button button-quiet" aria-label="Screen">
        <span aria-hidden="true">◐</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className="z-50 w-56 rounded-lg border border-line bg-bg2 p-1">
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => setView({ theme: value as Theme })}>
            <Choice value="dark">Dark</Choice>
            <Choice value="light">Light</Choice>
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.RadioGroup value={palette} onValueChange={(value) => setView({ palette: value as Palette })}>
            <Choice value="standard">Green up, red down</Choice>
            <Choice value="red-up">Red up, green down</Choice>
            <Choice value="colour-blind">Blue up, orange down</Choice>
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 h-px bg-line" />
          <DropdownMenu.Item className={ITEM} onSelect={resetLayout}>
            Reset layout
          </DropdownMenu.Item>
          <DropdownMenu.Item className={ITEM} onSelect={() => setView({ overlay: 'keys' })}>
            Keys
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Choice({ value, children }: { value: string; children: React.ReactNode }) {
  return (
    <DropdownMenu.RadioItem value={value} className={ITEM}>
      <span className="w-3" aria-hidden="true">
        <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
      </span>
      {children}
    </DropdownMenu.RadioItem>
  );
}
