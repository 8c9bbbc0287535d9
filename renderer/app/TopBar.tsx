/** Brand, mode, money, and panic always in the same place: top right, each with its key. */
import { useEffect, useState } from 'react';
import { showDecimal, showPercent, showSigned, showSignedPercent, signOf } from '../format/number.ts';
import { showMoment } from '../format/time.ts';
import { Cap } from '../panels/Panel.tsx';
import { toggleArmed } from '../stores/actions.ts';
import { useDesk, useDeskStore, useIsLive } from '../stores/desk-store.ts';
import { useMandate } from '../stores/mandate.ts';
import { isWaiting } from '../stores/queue.ts';
import { setView, useView, type Workspace } from '../stores/view-store.ts';
import { Mark } from './Mark.tsx';
import { cancelAllNow, pressFlatten, pressKillSwitch, useConfirming } from './panic.ts';
import { ScreenMenu } from './ScreenMenu.tsx';

export function TopBar() {
  return (
    <header className="flex h-10 shrink-0 items-center gap-3 px-2.5">
      <span className="flex items-center gap-2 text-[13px] font-bold tracking-tight">
        <Mark />
        <span className="max-[1180px]:hidden">Countersign</span>
      </span>
      <Workspaces />
      <ModePill />
      <MandatePill />
      <LinkState />
      <div className="ml-auto flex items-center gap-4">
        <Money />
        <div className="flex items-center gap-1.5">
          <ArmSwitch />
          <PanicButtons />
          <ScreenMenu />
        </div>
      </div>
    </header>
  );
}

const WORKSPACES: readonly { id: Workspace; text: string }[] = [
  { id: 'trade', text: 'Trade' },
  { id: 'lab', text: 'Lab' },
  { id: 'models', text: 'Models' },
];

function Workspaces() {
  const current = useView((view) => view.workspace);
  return (
    <nav aria-label="Workspaces" className="flex gap-0.5">
      {WORKSPACES.map(({ id, text }) => (
        <button
          key={id}
          type="button"
          aria-current={id === current ? 'page' : undefined}
          className={`flex cursor-pointer items-center gap-1.5 rounded-md px-2.5 py-1 font-medium ${
            id === current ? 'bg-bg3' : 'text-text2 hover:bg-bg2'
          }`}
          onClick={() => setView({ workspace: id })}
        >
          {text}
          {id === 'trade' && current !== 'trade' ? <WaitingCount /> : null}
        </button>
      ))}
    </nav>
  );
}

/** Elsewhere than in the Trade workspace: how many proposals wait there. */
function WaitingCount() {
  const count = useDesk((desk) => desk.proposals.filter(isWaiting).length, 0);
  if (count === 0) return null;
  return (
    <span className="rounded-full border border-seal px-1.5 text-[10.5px] font-semibold leading-[15px] text-seal-text">
      {count}
      <span className="sr-only"> waiting for you</span>
    </span>
  );
}

function ModePill() {
  const hello = useDeskStore((state) => state.hello);
  if (!hello) return null;
  const isLive = hello.mode === 'live';
  const tone = isLive ? 'border-live text-live' : 'border-practice text-practice';
  return (
    <span
      data-testid="mode"
      className={`min-w-0 truncate rounded-full border px-2.5 py-0.5 text-[11px] font-semibold ${tone}`}
      title={hello.venue}
    >
      {hello.mode.toUpperCase()} · {hello.source.description}
    </span>
  );
}

/** While a mandate is on, every workspace says so: orders go out without asking. */
function MandatePill() {
  const mandate = useMandate();
  if (!mandate) return null;
  return (
    <button
      type="button"
      className="min-w-0 cursor-pointer truncate rounded-full border border-seal px-2.5 py-0.5 text-[11px] font-semibold text-seal-text"
      aria-haspopup="dialog"
      onClick={() => setView({ overlay: 'mandate' })}
    >
      MANDATE · {mandate.name} until {showMoment(mandate.validUntilMs).slice(5)}
    </button>
  );
}

function LinkState() {
  const link = useDeskStore((state) => state.link.state);
  if (link === 'live') return null;
  return (
    <span className="chip" data-tone={link === 'lost' ? 'bad' : 'warn'}>
      {link === 'lost' ? '⚠ connection lost' : '◌ connecting'}
    </span>
  );
}

function Figure({ value, label, tone = '' }: { value: React.ReactNode; label: React.ReactNode; tone?: string }) {
  return (
    <span className="block whitespace-nowrap leading-[14px]">
      <span className={`block text-[12.5px] font-semibold ${tone}`}>{value}</span>
      <span className="block text-[10.5px] text-text3">{label}</span>
    </span>
  );
}

function Money() {
  const account = useDesk((desk) => desk.account, null);
  if (!account) return null;
  const pnlSign = signOf(account.pnlTodayQuote);
  const isNearLimit = account.exposureShare > account.exposureLimitShare * 0.9;
  return (
    <div className="flex gap-4" data-testid="account">
      <Figure value={showDecimal(account.equityQuote, 2)} label={`equity ${account.quoteAsset}`} />
      <Figure
        value={showSigned(account.pnlTodayQuote, 2)}
        label={`today ${showSignedPercent(account.pnlTodayShare)}`}
        tone={pnlSign > 0 ? 'text-up' : pnlSign < 0 ? 'text-down' : ''}
      />
      <button
        type="button"
        className="cursor-pointer rounded-md px-1 text-left hover:bg-bg3"
        aria-haspopup="dialog"
        title="Risk limits (L)"
        onClick={() => setView({ overlay: 'limits' })}
      >
        <Figure
          value={
            <>
              {(account.exposureShare * 100).toFixed(0)}
              <span className="font-medium text-text3"> of {showPercent(account.exposureLimitShare)}</span>
            </>
          }
          label={isNearLimit ? 'exposure, near limit' : 'exposure'}
          tone={isNearLimit ? 'text-seal-text' : ''}
        />
      </button>
    </div>
  );
}

function ArmSwitch() {
  const armed = useDesk((desk) => desk.safety.armed, false);
  const isLive = useIsLive();
  return (
    <button
      type="button"
      role="switch"
      aria-checked={armed}
      aria-label="Arm"
      disabled={!isLive}
      className={`button ${armed ? 'border-seal text-seal-text' : ''}`}
      onClick={() => void toggleArmed()}
    >
      <span aria-hidden="true" className={`relative h-3 w-5 rounded-full ${armed ? 'bg-seal' : 'bg-line'}`}>
        <span className={`absolute top-0.5 h-2 w-2 rounded-full ${armed ? 'right-0.5 bg-bg0' : 'left-0.5 bg-text3'}`} />
      </span>
      <span className="says" data-text={armed ? 'ed' : ''}>
        Arm
      </span>{' '}
      <Cap>⇧A</Cap>
    </button>
  );
}

function PanicButtons() {
  const isOn = useDesk((desk) => desk.safety.killSwitch, false);
  const flattening = useConfirming('flatten');
  const releasing = useConfirming('kill-switch');
  return (
    <>
      <button type="button" aria-label="Cancel all" className="button" onClick={cancelAllNow}>
        Cancel all <Cap>F7</Cap>
      </button>
      <button
        type="button"
        aria-label="Flatten"
        aria-description={
          flattening ? 'Press again within three seconds to sell everything' : 'Asks for a second press'
        }
        className={`button ${flattening ? 'button-danger' : ''}`}
        onClick={pressFlatten}
      >
        <Says text="Flatten" instead={flattening ? 'Again!' : null} />
        <Cap>F6</Cap>
      </button>
      <button
        type="button"
        aria-label="Kill switch"
        aria-pressed={isOn}
        aria-description={isOn ? 'On: nothing new is sent. Press twice to release' : 'Stops everything that adds risk'}
        className={`button button-danger ${isOn ? 'bg-down text-bg1' : ''}`}
        onClick={() => pressKillSwitch('click')}
      >
        <Says text="Kill switch" instead={isOn ? (releasing ? 'Release?' : 'Killed') : null} />
        <Cap>⇧Esc</Cap>
      </button>
    </>
  );
}

/** A button's word that may show another for a while, its name and width unchanged. */
function Says({ text, instead }: { text: string; instead: string | null }) {
  return (
    <span className="says" data-instead={instead !== null} data-text={instead ?? ''}>
      <span>{text}</span>
    </span>
  );
}

/** Renders once a second while a disconnect lasts. */
export function LostBanner() {
  const link = useDeskStore((state) => state.link);
  const [, tick] = useState(0);
  useEffect(() => {
    if (link.state !== 'lost') return;
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, [link.state]);
  if (link.state !== 'lost') return null;
  const seconds = Math.max(0, Math.round((Date.now() - link.sinceMs) / 1000));
  return (
    <div
      role="alert"
      className="absolute left-1/2 top-[46px] z-50 -translate-x-1/2 rounded-lg border border-down bg-bg3 px-3.5 py-2 text-text1"
    >
      <strong className="text-down">⚠ No connection to the engine</strong> for {seconds} s. What you see is the last
      that was known. Trying again by itself (attempt {link.attempt}).
    </div>
  );
}
