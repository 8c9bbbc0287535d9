import type { MapAxis, RunPlan, SearchPlan } from '../../../preload/lab-contract.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import { spaceOf } from '../search/space-of.ts';
import { readParameters, readSetting } from '../strategy/parameters.ts';
import type { StrategyDefinition } from '../strategy/strategy.ts';

/** Why a plan cannot be run, in one sentence. */
export interface BadPlan {
  readonly kind:
    | 'no-strategy'
    | 'bad-instruments'
    | 'bad-parameter'
    | 'conflict'
    | 'bad-span'
    | 'bad-map'
    | 'bad-search'
    | 'bad-mandate'
    | 'no-model';
  readonly text: string;
}

/** What can be said of a plan before any candle is read. */
export function checkPlan(plan: RunPlan, strategy: StrategyDefinition | null): Result<StrategyDefinition, BadPlan> {
  if (!strategy) return fail({ kind: 'no-strategy', text: `There is no strategy ${plan.strategy}.` });
  const together = strategy.instruments ?? 1;
  if (plan.sources.length % together !== 0) {
    const text = `${strategy.title} looks at ${together} instruments together: ${plan.sources.length} will not do.`;
    return fail({ kind: 'bad-instruments', text });
  }
  const read = readSetting(strategy, plan.params);
  if (!read.ok) return fail({ kind: read.error.kind, text: `${strategy.title}: ${read.error.message}.` });
  if (plan.fromMs !== null && plan.toMs !== null && plan.fromMs >= plan.toMs)
    return fail({ kind: 'bad-span', text: 'The span ends before it begins.' });
  if (plan.mandate && (plan.map || plan.search))
    return fail({
      kind: 'bad-mandate',
      text: 'A mandate is tried with one run: maps and searches are the strategy’s own.',
    });
  if (strategy.wantsModel && plan.model === null)
    return fail({ kind: 'no-model', text: `${strategy.title} acts on a model’s word, and none is asked.` });
  const badMap = plan.map && mapProblem(strategy, plan.map);
  if (badMap) return fail({ kind: 'bad-map', text: badMap });
  const badSearch = plan.search && searchProblem(strategy, plan, plan.search);
  return badSearch ? fail({ kind: 'bad-search', text: badSearch }) : ok(strategy);
}

function searchProblem(strategy: StrategyDefinition, plan: RunPlan, { ranges }: SearchPlan): string | null {
  if (plan.map) return 'Either a map or a search: a map is drawn around what a search has found.';
  const names = ranges.map(({ name }) => name);
  if (new Set(names).size < names.length) return 'A search needs different parameters.';
  const space = spaceOf(strategy, ranges, plan.params);
  return space.ok ? null : `${strategy.title}: ${space.error.message}.`;
}

function mapProblem(strategy: StrategyDefinition, { x, y }: { x: MapAxis; y: MapAxis }): string | null {
  if (x.name === y.name) return `A map needs two parameters, not ${x.name} twice.`;
  for (const { name, values } of [x, y]) {
    for (const value of values) {
      const read = readParameters(strategy.params, { [name]: value });
      if (!read.ok) return `${strategy.title}: ${read.error.message}.`;
    }
  }
  return null;
}
