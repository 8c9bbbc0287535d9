/** What a version is worth: the verdict first, its figures beside those of no skill, calibration, importance, folds, and how it does live. */
import type { ModelReport } from '../../preload/model-report.ts';
import type { ModelVersion } from '../../preload/models-contract.ts';
import { featuresInWords, featureWords } from '../format/feature-words.ts';
import { realMinus, showCount, showFloat } from '../format/number.ts';
import { showDay } from '../format/time.ts';
import { paramWords } from '../lab/run-words.ts';
import { ModelPlace } from '../panels/ModelPlace.tsx';
import { useDesk } from '../stores/desk-store.ts';
import { useFormula } from './models-store.ts';
import { Publishing } from './Publishing.tsx';
import { ReliabilityCurve } from './ReliabilityCurve.tsx';
import { EDGES, showFigure } from './training-words.ts';

const EDGE_LINES = {
  measured: 'border-l-up',
  weak: 'border-l-seal',
  none: 'border-l-line-strong',
  unknown: 'border-l-line-strong',
};

export function ReportView({ version }: { version: ModelVersion }) {
  const { report } = version;
  const { word, sign, text } = EDGES[report.edge];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <section className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Judgement">
      <section
        aria-label="Verdict"
        className={`border-b border-l-2 border-b-line px-3 py-2 ${EDGE_LINES[report.edge]}`}
      >
        <p className="text-[15px] font-semibold leading-5">
          <span aria-hidden="true" className={`mr-1.5 ${text}`}>
            {sign}
          </span>
          {word.charAt(0).toUpperCase() + word.slice(1)}
        </p>
        <p className="mt-0.5 select-text leading-[17px]">{realMinus(report.sentence)}</p>
        <p className="mt-0.5 select-text text-[11px] leading-[15px] text-text3">{report.rule}</p>
      </section>
      <Publishing version={version} />
      <p className="select-text px-3 pt-2 leading-[17px] text-text2">{version.question}</p>
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 p-3">
        <Figures report={report} />
        <ReliabilityCurve buckets={report.reliability} />
        <Importance importance={report.importance} />
        <div className="flex min-w-0 flex-col gap-4">
          <Folds report={report} />
          <Facts version={version} />
        </div>
      </div>
      <Live version={version} />
    </section>
  );
}

function Figures({ report }: { report: ModelReport }) {
  return (
    <section aria-label="Figures" className="min-w-0">
      <h3 className="font-semibold">
        On times it had not seen <span className="font-normal text-text3">95 % intervals</span>
      </h3>
      <table className="mt-1">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Model</th>
            <th scope="col">Interval</th>
            <th scope="col">No skill</th>
          </tr>
        </thead>
        <tbody>
          {report.figures.map((figure) => (
            <tr key={figure.name}>
              <td title={figure.about}>{figure.name}</td>
              <td className="font-semibold">{showFigure(figure.value, figure)}</td>
              <td className="text-text2">
                {figure.interval
                  ? `${showFigure(figure.interval.low, figure)} to ${showFigure(figure.interval.high, figure)}`
                  : '–'}
              </td>
              <td className="text-text2">{showFigure(figure.withoutSkill, figure)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1 text-[11px] leading-[15px] text-text3">Held against {report.yardstick}.</p>
    </section>
  );
}

const IMPORTANT_MAX = 12;

function Importance({ importance }: { importance: ModelReport['importance'] }) {
  const shown = importance.filter(({ lossRise }) => lossRise > 0).slice(0, IMPORTANT_MAX);
  const formulaOf = useFormula();
  const most = Math.max(1e-12, ...shown.map(({ lossRise }) => lossRise));
  return (
    <section aria-label="Importance of features" className="min-w-0">
      <h3 className="font-semibold">
        Importance <span className="font-normal text-text3">how much worse without the feature</span>
      </h3>
      {shown.length === 0 ? (
        <p className="py-2 text-text2">
          {importance.length === 0
            ? 'Its card says nothing of it.'
            : 'It would answer as well without any one of them.'}
        </p>
      ) : (
        <ul className="mt-1">
          {shown.map(({ feature, lossRise }) => (
            <li key={feature} className="grid grid-cols-[208px_minmax(0,1fr)_64px] items-center gap-2 leading-[18px]">
              <span className="truncate" title={formulaOf(feature)}>
                {featureWords(feature)}
              </span>
              <span>
                <span className="models-bar block" style={{ width: `${(100 * Math.max(0, lossRise)) / most}%` }} />
              </span>
              <span className="text-right text-text2">{showFloat(lossRise, 5)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Folds({ report: { spans, independent, unseen } }: { report: ModelReport }) {
  const from = Math.min(...spans.map(({ fromMs }) => fromMs));
  const width = Math.max(1, Math.max(...spans.map(({ toMs }) => toMs)) - from);
  const tested = spans.filter(({ use }) => use === 'tested').reduce((sum, { samples }) => sum + samples, 0);
  return (
    <section aria-label="Folds" className="min-w-0">
      <h3 className="font-semibold">
        Folds{' '}
        <span className="font-normal text-text3">
          {showCount(tested)} questions, worth {showCount(Math.round(independent))} that share no candle
        </span>
      </h3>
      <div className="relative mt-1.5 h-[14px]">
        {spans.map((span, at) => (
          <span
            key={span.fromMs}
            className="fold-span"
            data-use={span.use}
            style={{
              left: `${(100 * (span.fromMs - from)) / width}%`,
              width: `${(100 * (span.toMs - span.fromMs)) / width}%`,
            }}
            title={`${span.use === 'tested' ? `Fold ${at + 1}, tested` : 'Training'}: ${showDay(span.fromMs)} to ${showDay(span.toMs)}, ${showCount(span.samples)} questions`}
          />
        ))}
      </div>
      <p className="flex justify-between gap-3 pt-1 text-[11px] text-text3">
        <span className="shrink-0">{showDay(from)}</span>
        <span className="truncate">{unseen ?? 'answered by a model that had not seen it'}</span>
        <span className="shrink-0">{showDay(from + width)}</span>
      </p>
    </section>
  );
}

function Facts({ version }: { version: ModelVersion }) {
  return (
    <section aria-label="Card" className="min-w-0">
      <h3 className="font-semibold">Card</h3>
      <dl className="mt-1 grid grid-cols-[104px_minmax(0,1fr)] gap-x-2 leading-[18px]">
        {version.facts.map(({ name, text }) => (
          <div key={name} className="contents">
            <dt className="text-text3">{name}</dt>
            <dd className="select-text break-words">{name === 'Settings' ? paramWords(text) : text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Live against validation, and the way into trading or out of it, where the version is loaded. */
function Live({ version }: { version: ModelVersion }) {
  const model = useDesk(
    (desk) => desk.models.find(({ name, version: own }) => name === version.name && own === version.version) ?? null,
    null,
  );
  if (version.origin === 'trained') return null;
  if (!model) return <p className="px-3 pb-3 text-text3">Not loaded: it neither votes nor is it scored live.</p>;
  return (
    <section aria-label="Live" className="px-3 pb-3">
      <h3 className="font-semibold">
        Live <span className="font-normal text-text3">{featuresInWords(realMinus(model.note))}</span>
      </h3>
      {model.standing ? <ModelPlace model={model} standing={model.standing} /> : null}
    </section>
  );
}
