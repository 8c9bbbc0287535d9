/** The last step: until when it had learnt, and the candles that it is judged on. */
import { TextField } from '../lab/Field.tsx';
import type { StepProps } from './BringWords.tsx';
import { TrainingCandles } from './TrainingCandles.tsx';

export function JudgedOn({ catalogue, draft, errors, onChange }: StepProps) {
  return (
    <>
      <div className="lab-section">
        <div className="flex flex-col gap-1.5 px-2.5 pt-2">
          <TextField
            label="Learnt to"
            placeholder="2026-01-31"
            value={draft.learntTo}
            error={errors['learntTo']}
            onChange={(learntTo) => onChange({ learntTo })}
          />
          <p className="text-[11px] leading-[15px] text-text2">
            The last day that it was shown in any way, tuning included; the day counts whole. Only what was asked after
            it is judged, ten days at least. Nobody here can check it: its card says that you said so, and what it
            forecasts live is counted beside.
          </p>
        </div>
      </div>
      <TrainingCandles
        catalogue={catalogue}
        draft={draft.data}
        errors={errors}
        withDays={false}
        onChange={(data) => onChange({ data: { ...draft.data, ...data } })}
      />
    </>
  );
}
