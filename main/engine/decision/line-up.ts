import type { LineUpEntry } from '../domain/ensemble.ts';
import type { Agent } from './agent.ts';

/** Who votes and who is only scored; models may come and go while the engine runs. */
export interface LineUp {
  voters(): readonly Agent[];
  shadows(): readonly Agent[];
  all(): readonly Agent[];
  /** The models from now on; whoever is no model stays. Returns those that were not there before. */
  set(models: readonly LineUpEntry[]): readonly Agent[];
}

export const speaksFor = (
  { id, model }: Agent,
  said: { readonly model: string; readonly version?: string | undefined },
): boolean =>
  model
    ? model.name === said.model && (said.version === undefined || model.version === said.version)
    : id === said.model;

/**
 * A version keeps what it thinks when it goes from shadow to vote or back: it is one agent. A shadow goes by `name@version`,
 * so that two versions of one model are two members.
 * @param initial who votes until `set` is called
 * @param modelAgent a member for a version; null where it is not known
 */
export function createLineUp(
  initial: readonly Agent[],
  modelAgent: (model: string, version: string) => Agent | null,
): LineUp {
  const others = initial.filter(({ model }) => !model);
  const known = new Map<string, Agent>();
  const keyOf = (model: string, version: string): string => `${model}@${version}`;
  for (const agent of initial) if (agent.model) known.set(keyOf(agent.model.name, agent.model.version), agent);
  let voters = initial;
  let shadows: readonly Agent[] = [];

  const find = ({ model, version }: LineUpEntry): Agent | null => {
    const key = keyOf(model, version);
    const agent = known.get(key) ?? modelAgent(model, version);
    if (agent) known.set(key, agent);
    return agent;
  };

  return {
    voters: () => voters,
    shadows: () => shadows,
    all: () => [...voters, ...shadows],
    set(models) {
      const before = new Set([...voters, ...shadows].map(({ model }) => model));
      voters = [...models.filter(({ role }) => role === 'vote').flatMap((entry) => find(entry) ?? []), ...others];
      shadows = models
        .filter(({ role }) => role === 'shadow')
        .flatMap((entry) => find(entry) ?? [])
        .map((agent) => ({ ...agent, id: keyOf(agent.model?.name ?? agent.id, agent.model?.version ?? '') }));
      const now = [...voters, ...shadows];
      const kept = new Set(now.map(({ model }) => model));
      for (const [key, { model }] of known) if (!kept.has(model)) known.delete(key);
      return now.filter(({ model }) => model && !before.has(model));
    },
  };
}
