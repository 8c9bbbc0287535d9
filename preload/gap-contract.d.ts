import { z } from 'zod';

/** Their sum is the gap, to the last digit. */
declare const parts: z.ZodObject<
  {
    signal: z.ZodString;
    missedApprovals: z.ZodString;
    latency: z.ZodString;
    slippage: z.ZodString;
    fees: z.ZodString;
  },
  z.core.$strict
>;
declare const gapReport: z.ZodObject<
  {
    measuredAtMs: z.ZodInt;
    fromMs: z.ZodInt;
    toMs: z.ZodInt;
    quote: z.ZodString;
    live: z.ZodString;
    rerun: z.ZodString;
    gap: z.ZodString;
    parts: z.ZodObject<
      {
        signal: z.ZodString;
        missedApprovals: z.ZodString;
        latency: z.ZodString;
        slippage: z.ZodString;
        fees: z.ZodString;
      },
      z.core.$strict
    >;
    decided: z.ZodInt;
    missed: z.ZodInt;
    bars: z.ZodInt;
    notes: z.ZodArray<z.ZodString>;
    largest: z.ZodArray<
      z.ZodObject<
        {
          id: z.ZodString;
          instrumentId: z.ZodString;
          timeMs: z.ZodInt;
          side: z.ZodEnum<{
            buy: 'buy';
            sell: 'sell';
          }>;
          gap: z.ZodString;
          parts: z.ZodObject<
            {
              signal: z.ZodString;
              missedApprovals: z.ZodString;
              latency: z.ZodString;
              slippage: z.ZodString;
              fees: z.ZodString;
            },
            z.core.$strict
          >;
        },
        z.core.$strict
      >
    >;
    file: z.ZodString;
  },
  z.core.$strict
>;
export declare const GAP_DAYS_MAX = 60;
declare const schedule: z.ZodObject<
  {
    days: z.ZodInt;
    hourUtc: z.ZodNullable<z.ZodInt>;
  },
  z.core.$strict
>;
export declare const gapMeterSchema: z.ZodObject<
  {
    schedule: z.ZodObject<
      {
        days: z.ZodInt;
        hourUtc: z.ZodNullable<z.ZodInt>;
      },
      z.core.$strict
    >;
    nextAtMs: z.ZodNullable<z.ZodInt>;
    running: z.ZodNullable<z.ZodNumber>;
    problem: z.ZodString;
    report: z.ZodNullable<
      z.ZodObject<
        {
          measuredAtMs: z.ZodInt;
          fromMs: z.ZodInt;
          toMs: z.ZodInt;
          quote: z.ZodString;
          live: z.ZodString;
          rerun: z.ZodString;
          gap: z.ZodString;
          parts: z.ZodObject<
            {
              signal: z.ZodString;
              missedApprovals: z.ZodString;
              latency: z.ZodString;
              slippage: z.ZodString;
              fees: z.ZodString;
            },
            z.core.$strict
          >;
          decided: z.ZodInt;
          missed: z.ZodInt;
          bars: z.ZodInt;
          notes: z.ZodArray<z.ZodString>;
          largest: z.ZodArray<
            z.ZodObject<
              {
                id: z.ZodString;
                instrumentId: z.ZodString;
                timeMs: z.ZodInt;
                side: z.ZodEnum<{
                  buy: 'buy';
                  sell: 'sell';
                }>;
                gap: z.ZodString;
                parts: z.ZodObject<
                  {
                    signal: z.ZodString;
                    missedApprovals: z.ZodString;
                    latency: z.ZodString;
                    slippage: z.ZodString;
                    fees: z.ZodString;
                  },
                  z.core.$strict
                >;
              },
              z.core.$strict
            >
          >;
          file: z.ZodString;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export declare const gapContract: {
  /** The meter as it is, and again whenever it changes. */
  readonly watchGap: import('@orpc/contract').ContractProcedureBuilderWithOutput<
    import('@orpc/contract').Schema<unknown, unknown>,
    import('@orpc/contract').Schema<
      AsyncIteratorObject<
        {
          schedule: {
            days: number;
            hourUtc: number | null;
          };
          nextAtMs: number | null;
          running: number | null;
          problem: string;
          report: {
            measuredAtMs: number;
            fromMs: number;
            toMs: number;
            quote: string;
            live: string;
            rerun: string;
            gap: string;
            parts: {
              signal: string;
              missedApprovals: string;
              latency: string;
              slippage: string;
              fees: string;
            };
            decided: number;
            missed: number;
            bars: number;
            notes: string[];
            largest: {
              id: string;
              instrumentId: string;
              timeMs: number;
              side: 'buy' | 'sell';
              gap: string;
              parts: {
                signal: string;
                missedApprovals: string;
                latency: string;
                slippage: string;
                fees: string;
              };
            }[];
            file: string;
          } | null;
        },
        unknown,
        void
      >,
      import('@orpc/shared').AsyncIteratorClass<
        {
          schedule: {
            days: number;
            hourUtc: number | null;
          };
          nextAtMs: number | null;
          running: number | null;
          problem: string;
          report: {
            measuredAtMs: number;
            fromMs: number;
            toMs: number;
            quote: string;
            live: string;
            rerun: string;
            gap: string;
            parts: {
              signal: string;
              missedApprovals: string;
              latency: string;
              slippage: string;
              fees: string;
            };
            decided: number;
            missed: number;
            bars: number;
            notes: string[];
            largest: {
              id: string;
              instrumentId: string;
              timeMs: number;
              side: 'buy' | 'sell';
              gap: string;
              parts: {
                signal: string;
                missedApprovals: string;
                latency: string;
                slippage: string;
                fees: string;
              };
            }[];
            file: string;
          } | null;
        },
        unknown,
        void
      >
    >,
    Record<never, never>,
    Record<never, never>
  >;
  /** Refused while one is measured. */
  readonly measureGap: import('@orpc/contract').ContractProcedureBuilderWithOutput<
    import('@orpc/contract').Schema<unknown, unknown>,
    z.ZodDiscriminatedUnion<
      [
        z.ZodObject<
          {
            ok: z.ZodLiteral<true>;
          },
          z.core.$strict
        >,
        z.ZodObject<
          {
            ok: z.ZodLiteral<false>;
            error: z.ZodObject<
              {
                code: z.ZodString;
                text: z.ZodString;
              },
              z.core.$strict
            >;
          },
          z.core.$strict
        >,
      ],
      'ok'
    >,
    Record<never, never>,
    Record<never, never>
  >;
  readonly setGapSchedule: import('@orpc/contract').ContractProcedureBuilderWithInputOutput<
    z.ZodObject<
      {
        days: z.ZodInt;
        hourUtc: z.ZodNullable<z.ZodInt>;
      },
      z.core.$strict
    >,
    z.ZodDiscriminatedUnion<
      [
        z.ZodObject<
          {
            ok: z.ZodLiteral<true>;
          },
          z.core.$strict
        >,
        z.ZodObject<
          {
            ok: z.ZodLiteral<false>;
            error: z.ZodObject<
              {
                code: z.ZodString;
                text: z.ZodString;
              },
              z.core.$strict
            >;
          },
          z.core.$strict
        >,
      ],
      'ok'
    >,
    Record<never, never>,
    Record<never, never>
  >;
};
export type GapParts = z.infer<typeof parts>;
export type GapReport = z.infer<typeof gapReport>;
export type GapSchedule = z.infer<typeof schedule>;
export type GapMeter = z.infer<typeof gapMeterSchema>;
