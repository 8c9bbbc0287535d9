/** How far each trade went against or for its entry, beside what it came to; a point brings its trade. */
import type { LabRunDetail } from '../../preload/lab-contract.ts';
import { showPercent, showSignedPercent } from '../format/number.ts';
import { adverseText, favourableText } from './excursion-words.ts';
import { pickTrade, showTab } from './lab-store.ts';

type Excursions = LabRunDetail['excursions'];

export function ExcursionsPlot({ excursions }: { excursions: Excursions }) {
  const { adverseShare, favourableShare } = excursions;
  return (
    <section aria-label="Excursions" className="min-w-0">
      <h3 className="font-semibold">
        Excursions <span className="font-normal text-text3">of trades before they were left, of the entry price</span>
      </h3>
      {adverseShare.length === 0 ? (
        <p className="py-4 text-text2">No trade was closed.</p>
      ) : (
        <div className="mt-1 grid grid-cols-2 gap-4">
          <Plot name="Against (MAE)" far={adverseShare} words={adverseText(excursions)} excursions={excursions} />
          <Plot name="For (MFE)" far={favourableShare} words={favourableText(excursions)} excursions={excursions} />
        </div>
      )}
    </section>
  );
}

/** Of the drawing, in units of its own. */
const [WIDTH, HEIGHT] = [300, 150];
/** Side of a trade’s mark. */
const DOT = 5;

function Plot(props: {
  readonly name: string;
  readonly far: readonly number[];
  readonly words: string;
  readonly excursions: Excursions;
}) {
  const { name, far, words, excursions } = props;
  const { number, returnShare } = excursions;
  const right = Math.max(...far, 1e-6);
  const [low, high] = [Math.min(...returnShare, 0), Math.max(...returnShare, 0)];
  const span = high - low || 1e-6;
  const y = (share: number): number => HEIGHT - ((share - low) / span) * HEIGHT;
  return (
    <figure className="min-w-0">
      <figcaption className="flex justify-between text-[11px] text-text3">
        <span>{name}</span>
        <span>{showSignedPercent(high, 1)}</span>
      </figcaption>
      <svg
        viewBox={`-3 -3 ${WIDTH + 6} ${HEIGHT + 6}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${words}`}
        className="h-[150px] w-full overflow-visible border-b border-l border-line"
      >
        <line x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} stroke="var(--line-strong)" vectorEffect="non-scaling-stroke" />
        {far.map((share, at) => {
          const isWon = returnShare[at]! > 0;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: the table of trades does the same by keyboard
            <rect
              key={number[at]}
              x={(share / right) * WIDTH - DOT / 2}
              y={y(returnShare[at]!) - DOT / 2}
              width={DOT}
              height={DOT}
              rx={isWon ? DOT / 2 : 0}
              fill={isWon ? 'var(--up)' : 'var(--down)'}
              fillOpacity="0.7"
              className="cursor-pointer"
              onClick={() => {
                pickTrade(number[at]!);
                showTab('trades');
              }}
            >
              <title>
                {`Trade ${number[at]! + 1}: ${showPercent(share, 2)}, came to ${showSignedPercent(returnShare[at]!, 2)}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <p className="flex justify-between text-[11px] text-text3">
        <span>0</span>
        <span>{showSignedPercent(low, 1)} at the bottom</span>
        <span>{showPercent(right, 1)}</span>
      </p>
      <p className="mt-0.5 text-[11px] leading-[15px] text-text2">{words}</p>
    </figure>
  );
}
