/** What a model was worth on samples it had not seen: written when its training ends, read by screens. Shares are fractions. */
import { z } from 'zod';

declare const figure: z.ZodObject<
  {
    name: z.ZodString;
    about: z.ZodString;
    value: z.ZodNumber;
    interval: z.ZodNullable<
      z.ZodObject<
        {
          low: z.ZodNumber;
          high: z.ZodNumber;
        },
        z.core.$strict
      >
    >;
    withoutSkill: z.ZodNullable<z.ZodNumber>;
    better: z.ZodEnum<{
      less: 'less';
      more: 'more';
    }>;
    isShare: z.ZodBoolean;
  },
  z.core.$strict
>;
export declare const modelReportSchema: z.ZodObject<
  {
    edge: z.ZodEnum<{
      measured: 'measured';
      none: 'none';
      unknown: 'unknown';
      weak: 'weak';
    }>;
    sentence: z.ZodString;
    reasons: z.ZodArray<z.ZodString>;
    yardstick: z.ZodString;
    figures: z.ZodArray<
      z.ZodObject<
        {
          name: z.ZodString;
          about: z.ZodString;
          value: z.ZodNumber;
          interval: z.ZodNullable<
            z.ZodObject<
              {
                low: z.ZodNumber;
                high: z.ZodNumber;
              },
              z.core.$strict
            >
          >;
          withoutSkill: z.ZodNullable<z.ZodNumber>;
          better: z.ZodEnum<{
            less: 'less';
            more: 'more';
          }>;
          isShare: z.ZodBoolean;
        },
        z.core.$strict
      >
    >;
    reliability: z.ZodArray<
      z.ZodObject<
        {
          low: z.ZodNumber;
          high: z.ZodNumber;
          n: z.ZodInt;
          right: z.ZodInt;
          said: z.ZodNullable<z.ZodNumber>;
        },
        z.core.$strict
      >
    >;
    importance: z.ZodArray<
      z.ZodObject<
        {
          feature: z.ZodString;
          lossRise: z.ZodNumber;
        },
        z.core.$strict
      >
    >;
    spans: z.ZodArray<
      z.ZodObject<
        {
          use: z.ZodEnum<{
            stopping: 'stopping';
            test: 'test';
            training: 'training';
          }>;
          fromMs: z.ZodInt;
          toMs: z.ZodInt;
          samples: z.ZodInt;
          effectiveSamples: z.ZodNullable<z.ZodNumber>;
        },
        z.core.$strict
      >
    >;
    perInstrument: z.ZodArray<
      z.ZodObject<
        {
          instrument: z.ZodString;
          samples: z.ZodInt;
          name: z.ZodString;
          value: z.ZodNumber;
        },
        z.core.$strict
      >
    >;
  },
  z.core.$strict
>;
export type ModelReport = z.infer<typeof modelReportSchema>;
export type ReportFigure = z.infer<typeof figure>;
