/** Entry of the worker thread that learns, from an account's settled forecasts, whom to believe when: away from the engine. */
import { ok } from '../../engine/domain/result.ts';
import type { AnswerJob } from '../../lab/workers/answer-job.ts';
import { workOnThread } from '../../lab/workers/thread-hand.ts';
import { readForecastBook } from '../trust/forecast-book.ts';
import { learnTrust } from '../trust/learnt-trust.ts';
import type { TrustAnswer, TrustJob } from './trust-job.ts';

workOnThread(
  (forecastsDir: string): AnswerJob<TrustJob, TrustAnswer, never> =>
    ({ nowMs }) =>
      ok({ kind: 'learn', learnt: learnTrust(readForecastBook(forecastsDir).forecasts, nowMs) }),
);
