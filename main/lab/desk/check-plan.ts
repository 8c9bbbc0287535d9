import type { MapAxis, RunPlan } from '../../../preload/lab-contract.ts';
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
    | 'bad-signing'
    | 'no-model';
  readonly text: string;
}

const bad = (kind: BadPlan['kind'], text: string): Result<never, BadPlan> => fail({ kind, text });

/** What can be said of a plan before any candle is read. */
export function checkPlan(plan: RunPlan, strategy: StrategyDefinition | null): Result<null, BadPlan> {
  if (!strategy) return bad('no-strategy', `There is no strategy ${plan.strategy}.`);
  const together = strategy.instruments ?? 1;
  if (plan.sources.length % together !== 0) {
    const text = `${strategy.title} looks at ${together} instruments together: ${plan.sources.length} will not do.`;
    return bad('bad-instruments', text);
  }
  const read = readSetting(strategy, plan.params);
  if (!read.ok) return bad(read.error.kind, `${strategy.title}: ${read.error.message}.`);
  if (strategy.wantsModel && plan.model === null)
    return bad('no-model', `${strategy.title} acts on a model’s word, and none is asked.`);
  const shape = checkShape(plan);
  if (!shape.ok) return shape;
  const wrongMap = plan.map && mapProblem(strategy, plan.map);
  if (wrongMap) return bad('bad-map', wrongMap);
  const space = plan.search && spaceOf(strategy, plan.search.ranges, plan.params);
  return space && !space.ok ? bad('bad-search', `${strategy.title}: ${space.error.message}.`) : ok(null);
}

/** What can be said of a plan whatever its strategy is. */
export function checkShape({ fromMs, toMs, mandate, person, map, search }: RunPlan): Result<null, BadPlan> {
  if (fromMs !== null && toMs !== null && fromMs >= toMs) return bad('bad-span', 'The span ends before it begins.');
  if ((mandate || person) && (map || search))
    return bad('bad-signing', 'Who signs is tried with one run: maps and searches are the strategy’s own.');
  if (map && search)
    return bad('bad-search', 'Either a map or a search: a map is drawn around what a search has found.');
  if (map && map.x.name === map.y.name) return bad('bad-map', `A map needs two parameters, not ${map.x.name} twice.`);
  const names = search?.ranges.map(({ name }) => name) ?? [];
  return new Set(names).size < names.length ? bad('bad-search', 'A search needs different parameters.') : ok(null);
}

function mapProblem(strategy: StrategyDefinition, { x, y }: { x: MapAxis; y: MapAxis }): string | null {
  for (const { name, values } of [x, y]) {
    for (const value of values) {
      const read = readParameters(strategy.params, { [name]: value });
      if (!read.ok) return `${strategy.title}: ${read.error.message}.`;
    }
  }
  return null;
}
