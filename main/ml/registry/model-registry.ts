import { rmSync } from 'node:fs';
import { type LineUpEntry, type TalliedHour, versionKey } from '../../engine/domain/ensemble.ts';
import { fail, ok, type Result } from '../../engine/domain/result.ts';
import type { FeatureSetIdentity, Placement } from '../../engine/inference/protocol.ts';
import { type ModelCard, whyNoVote } from '../card.ts';
import { compareVersions, folderOf, listVersions, type ModelVersion, newestOfEach, readCard } from './model-folders.ts';
import { oldVersions } from './old-versions.ts';
import { cardHash, type ProbeRecords } from './probe-records.ts';
import { type Contender, DEFAULT_SHADOW, type GateCheck, gateChecks, type ShadowTerms } from './promotion-gate.ts';
import { type Promotion, readPromotions, type Signer, storePromotion } from './promotion-record.ts';
import { readShippedVoters } from './shipped-voters.ts';
import { advanced, readStandings, rolledBack, type Standing, writeStandings } from './standing.ts';

export interface RegistryPlaces {
  /** Models that come with the product: read only, and trusted as the product is. */
  readonly shippedDir: string;
  /** Models made or brought in here. */
  readonly ownDir: string;
  readonly standings: string;
  readonly promotions: string;
}

export interface Refused {
  readonly kind: 'unknown' | 'gate' | 'none-before';
  readonly text: string;
  readonly checks: readonly GateCheck[];
}

/** How versions did live. */
export type ScoreOf = (version: { readonly model: string; readonly version: string }) => Contender['score'];
/** What was settled of late, hour by hour; none where nobody kept it. */
type Hours = readonly TalliedHour[];

export interface ModelRegistry {
  versions(): readonly ModelVersion[];
  /** Looks at the folders again: something was published. */
  rescan(): void;
  /** Of every version that can vote. */
  cards(): readonly ModelCard[];
  cardOf(model: string, version: string): ModelCard | null;
  /** Who votes and who is a shadow, as it stands on disk. */
  lineUp(): readonly LineUpEntry[];
  /** Where a rollback of the model would go, to no version where it is the first of its name; null where there is no way back. */
  wayBack(model: string): { readonly version: string | null } | null;
  /** Those of the line-up whose memory is known: of the shipped ones from their cards, of the others from probes. */
  placements(): readonly Placement[];
  /** Tries what has not been tried; the reasons of those that may not be served. */
  probeRest(
    featureSets: readonly FeatureSetIdentity[],
  ): Promise<readonly (ModelVersion & { readonly reason: string })[]>;
  /** Where a version is served from, tried first where that has not been done. */
  place(
    model: string,
    version: string,
    featureSets: readonly FeatureSetIdentity[],
  ): Promise<Result<Placement, { readonly kind: 'unknown' | 'refused'; readonly text: string }>>;
  checks(model: string, version: string, scoreOf: ScoreOf, nowMs: number, hours?: Hours): readonly GateCheck[];
  /** Passes the gate, stores the signed record, then the version stands as live: all of it durable, or none. */
  promote(model: string, version: string, scoreOf: ScoreOf, nowMs: number, hours?: Hours): Result<Promotion, Refused>;
  /** What traded before stands as live again. No gate stands before the way back. */
  rollback(model: string, nowMs: number): Result<Promotion, Refused>;
  /**
   * Removes versions made here, and what is known of them: of each model the newest `kept` stay, and any that trades or that a way
   * back leads to. What cannot be removed stays until the next time. Returns those that are gone.
   */
  removeOld(kept?: number): readonly ModelVersion[];
}

/** Of each model, beside what trades and what did before. */
const VERSIONS_KEPT = 10;

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

const refuse = (kind: Refused['kind'], text: string, checks: readonly GateCheck[] = []) => fail({ kind, text, checks });

/** What lies on disk, read once: screens ask many times a second. */
interface Seen {
  readonly shipped: readonly ModelVersion[];
  readonly shippedVoters: ReadonlySet<string>;
  readonly own: readonly ModelVersion[];
  /** Of those that can vote. */
  readonly cards: ReadonlyMap<string, ModelCard>;
  readonly standings: ReadonlyMap<string, Standing>;
  /** Versions whose very files bear a promotion of this installation. */
  readonly promoted: ReadonlySet<string>;
}

function look(places: RegistryPlaces, key: Signer): Seen {
  const shipped = listVersions(places.shippedDir);
  const shippedKeys = new Set(shipped.map(versionKey));
  // A folder that calls itself as one that ships does is never looked at: its card would stand for the other's files.
  const own = listVersions(places.ownDir).filter((version) => !shippedKeys.has(versionKey(version)));
  const records = readPromotions(places.promotions, key);
  const cards = [...shipped, ...own].flatMap((version): [string, ModelCard][] => {
    const card = readCard(version);
    return card && whyNoVote(card.question) === null ? [[versionKey(version), card]] : [];
  });
  const promoted = [...shipped, ...own].filter((version) => {
    const hash = cardHash(version);
    return records.some((record) => versionKey(record) === versionKey(version) && record.cardSha256 === hash);
  });
  return {
    shipped,
    shippedVoters: readShippedVoters(places.shippedDir, shipped),
    own,
    cards: new Map(cards),
    standings: readStandings(places.standings),
    promoted: new Set(promoted.map(versionKey)),
  };
}

/** @throws Error in one sentence where the standings are damaged */
export function openModelRegistry(
  places: RegistryPlaces,
  probes: ProbeRecords,
  key: Signer,
  build: string,
  terms: ShadowTerms = DEFAULT_SHADOW,
): ModelRegistry {
  let seen = look(places, key);
  const versions = (): readonly ModelVersion[] => [...seen.shipped, ...seen.own];
  const find = (model: string, version: string): ModelVersion | null =>
    versions().find((each) => each.model === model && each.version === version) ?? null;
  const isShipped = ({ modelsDir }: ModelVersion): boolean => modelsDir === places.shippedDir;
  /** What ships to vote, and what a signed record says has passed the gate. */
  const mayTrade = (version: ModelVersion): boolean =>
    (isShipped(version) && seen.shippedVoters.has(version.model)) || seen.promoted.has(versionKey(version));
  const cardOf = (version: ModelVersion): ModelCard | null => seen.cards.get(versionKey(version)) ?? null;

  /** What stands as live if it is there and may trade, else the newest that ships to vote. */
  const liveOf = (model: string): ModelVersion | null => {
    const live = seen.standings.get(model)?.live ?? null;
    const standing = live === null ? null : find(model, live);
    if (standing && mayTrade(standing)) return standing;
    if (!seen.shippedVoters.has(model)) return null;
    return newestOfEach(seen.shipped).find((each) => each.model === model) ?? null;
  };

  const models = (): readonly string[] => [...new Set(versions().map(({ model }) => model))];

  /** The newest is looked at beside what trades, where it is newer. */
  const shadowOf = (model: string): ModelVersion | null => {
    const ofModel = versions().filter((each) => each.model === model);
    const newest = ofModel.sort((a, b) => compareVersions(a.version, b.version)).at(-1);
    const live = liveOf(model);
    return newest && (!live || compareVersions(newest.version, live.version) > 0) ? newest : null;
  };

  const standing = (): readonly (ModelVersion & { readonly role: LineUpEntry['role'] })[] => {
    const voters = models().flatMap((model) => liveOf(model) ?? []);
    const shadows = models().flatMap((model) => shadowOf(model) ?? []);
    return [
      ...voters.map((each) => ({ ...each, role: 'vote' as const })),
      ...shadows.map((each) => ({ ...each, role: 'shadow' as const })),
    ];
  };

  const memoryOf = (version: ModelVersion): number | null => {
    if (isShipped(version)) return cardOf(version)?.cost.memoryBytes ?? 0;
    const probed = probes.known(version);
    return probed?.ok ? probed.memoryBytes : null;
  };

  const contender = (version: ModelVersion | null, scoreOf: ScoreOf): Contender | null => {
    const card = version && cardOf(version);
    return card ? { card, score: scoreOf(version) } : null;
  };

  const checks: ModelRegistry['checks'] = (model, version, scoreOf, nowMs, hours) => {
    const challenger = contender(find(model, version), scoreOf);
    return challenger ? gateChecks(challenger, contender(liveOf(model), scoreOf), nowMs, terms, hours) : [];
  };

  const stand = (
    action: Promotion['action'],
    version: ModelVersion,
    next: Standing,
    gate: readonly GateCheck[],
    nowMs: number,
  ): Promotion => {
    const { model } = version;
    const record: Promotion = {
      schemaVersion: 1,
      action,
      model,
      version: version.version,
      modelSha256: cardOf(version)?.modelSha256 ?? '',
      cardSha256: cardHash(version) ?? '',
      replaced: action === 'withdrawn' ? null : (liveOf(model)?.version ?? null),
      atMs: nowMs,
      build,
      checks: [...gate],
    };
    storePromotion(places.promotions, record, key);
    writeStandings(places.standings, new Map(seen.standings).set(model, next));
    seen = look(places, key);
    return record;
  };

  const isRemoved = (version: ModelVersion): boolean => {
    try {
      probes.forget(version);
      rmSync(folderOf(version), { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  };

  return {
    versions,
    rescan() {
      seen = look(places, key);
    },
    cards: () => [...seen.cards.values()],
    cardOf(model, version) {
      const found = find(model, version);
      return found && cardOf(found);
    },
    lineUp: () => standing().map(({ model, version, role }) => ({ model, version, role })),
    wayBack(model) {
      const now = seen.standings.get(model);
      const next = now ? rolledBack(now) : null;
      return next && { version: next.live };
    },
    placements: () =>
      standing().flatMap(({ model, version, modelsDir }) => {
        const memoryBytes = memoryOf({ model, version, modelsDir });
        return memoryBytes === null ? [] : [{ model, version, modelsDir, memoryBytes }];
      }),
    async probeRest(featureSets) {
      const refused: (ModelVersion & { readonly reason: string })[] = [];
      for (const { role: _, ...version } of standing()) {
        if (memoryOf(version) !== null) continue;
        const probed = await probes.probe(version, featureSets);
        if (!probed.ok) refused.push({ ...version, reason: probed.reason });
      }
      return refused;
    },
    async place(model, version, featureSets) {
      const found = find(model, version);
      if (!found) return fail({ kind: 'unknown', text: `there is no ${model} ${version}` });
      const known = memoryOf(found);
      if (known !== null) return ok({ ...found, memoryBytes: known });
      const probed = await probes.probe(found, featureSets);
      if (!probed.ok) return fail({ kind: 'refused', text: probed.reason.replace(/\.$/, '') });
      return ok({ ...found, memoryBytes: probed.memoryBytes });
    },
    checks,
    promote(model, version, scoreOf, nowMs, hours) {
      const found = find(model, version);
      if (!found) return refuse('unknown', `there is no ${model} ${version}`);
      const live = liveOf(model);
      if (live?.version === version) return refuse('unknown', `${model} ${version} trades already`);
      const gate = checks(model, version, scoreOf, nowMs, hours);
      const [first, ...others] = gate.filter(({ passed }) => !passed);
      if (gate.length === 0) return refuse('unknown', `the card of ${model} ${version} cannot be read`);
      const untilMs = cardOf(found)?.licensedUntilMs ?? 0;
      if (nowMs >= untilMs)
        return refuse('gate', `${model} ${version} may not trade: its licence ended on ${dayOf(untilMs)}`, gate);
      if (first) {
        const rest = others.length === 0 ? '' : ` (and ${others.length} more)`;
        return refuse('gate', `${model} ${version} may not trade: ${first.name}: ${first.text}${rest}`, gate);
      }
      const now = seen.standings.get(model) ?? null;
      const next = advanced(now, live?.version ?? null, version);
      return ok(stand('promoted', found, next, gate, nowMs));
    },
    rollback(model, nowMs) {
      const now = seen.standings.get(model);
      const next = now ? rolledBack(now) : null;
      // Where nothing takes its place, the record is of the version that is withdrawn.
      const named = next?.live ?? now?.live ?? null;
      const found = named === null ? null : find(model, named);
      if (!next || !found) return refuse('none-before', `nothing traded before ${model}'s present version`);
      if (!mayTrade(found)) return refuse('gate', `the files of ${model} ${found.version} are not those that traded`);
      return ok(stand(next.live === null ? 'withdrawn' : 'rolled-back', found, next, [], nowMs));
    },
    removeOld(kept = VERSIONS_KEPT) {
      const gone = oldVersions(seen.own, seen.standings, kept).filter(isRemoved);
      if (gone.length > 0) seen = look(places, key);
      return gone;
    },
  };
}
