/** The chart's colours, read from the page's tokens: canvas cannot use CSS variables itself. */

export interface ChartLook {
  readonly background: string;
  readonly grid: string;
  readonly line: string;
  readonly text: string;
  readonly textStrong: string;
  readonly up: string;
  readonly down: string;
  readonly info: string;
  readonly seal: string;
  readonly onSeal: string;
  readonly practice: string;
}

export function readLook(): ChartLook {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: token('--bg1'),
    grid: token('--bg3'),
    line: token('--line'),
    text: token('--text3'),
    textStrong: token('--text1'),
    up: token('--up'),
    down: token('--down'),
    info: token('--info'),
    seal: token('--seal'),
    onSeal: token('--on-seal'),
    practice: token('--practice'),
  };
}

/** A `#rrggbb` colour with an alpha of 0 to 255. */
export function faded(colour: string, alpha: number): string {
  return `${colour}${Math.round(alpha).toString(16).padStart(2, '0')}`;
}

/** Distinct hues for several lines in one pane, indicators' blue first. */
export function lineColours(look: ChartLook): readonly string[] {
  return [look.info, look.practice, look.up, look.down, look.text];
}
