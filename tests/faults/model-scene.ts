import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MOMENTUM_RECORD } from '../../main/engine/decision/momentum-record.ts';
import type { EngineEvent } from '../../main/engine/domain/events.ts';
import { modelRows } from '../../main/engine/gateway/model-rows.ts';
import { createNoticeBoard } from '../../main/engine/gateway/notice-board.ts';
import { forkMlHost } from '../../main/engine/inference/fork-ml-host.ts';
import { createInferenceClient } from '../../main/engine/inference/inference-client.ts';
import type { MlHostChannel } from '../../main/engine/inference/ml-host-channel.ts';
import { featureSetsOf, figuresOf, readModelCards } from '../../main/engine/model-cards.ts';
import type { ModelCard } from '../../main/ml/card.ts';
import { newestPlacements } from '../../main/ml/registry/model-folders.ts';
import type { Model, Proposal } from '../../preload/contract.ts';
import type { SimModels } from '../simulation/engine/sim-models.ts';
import { type SmallPackage, writePackage } from '../support/small-model.ts';
import { waitUntil } from '../support/wait-until.ts';
import { waiting } from './proposals.ts';
import { BTC, Scene } from './scene.ts';

const HOST = join(import.meta.dirname, '../../main/ml/host/main.ts');
const STEP_MS = 250;
const TTL_MS = 600_000;
const CONNECTED_MS = 2_000;
const PRINTS_APART_MS = 10_000;

const isCandle = (event: EngineEvent): boolean =>
  event.kind === 'CandleClosed' && event.timeframe === '1m' && event.instrumentId === BTC;

/**
 * A scene whose models are real files in a real ml-host process, asked by the product's own client on the scene's clock: time
 * stands still while the process thinks. Candles are made by hand, one print each.
 */
export class ModelScene {
  readonly scene: Scene;
  readonly #modelsDir: string;
  readonly #cards: readonly ModelCard[];
  /** How many models the process is given, sound or not: each answers every question, or fails. */
  readonly #count: number;
  readonly #channels: MlHostChannel[] = [];
  readonly #board = createNoticeBoard();
  /** Of the process that runs now. */
  pid = 0;

  private constructor(modelsDir: string, count: number) {
    this.#count = count;
    this.#modelsDir = modelsDir;
    this.#cards = readModelCards(modelsDir);
    this.scene = new Scene({ approvalTtlMs: TTL_MS }, this.#models());
    const { world } = this.scene;
    world.engine.onEvent(({ event }) => this.#board.takeEvent(event, world.life.process.nowMs()));
  }

  /** Runs `act` in such a scene, with these models loaded, and ends the process. */
  static async run(packages: readonly SmallPackage[], act: (models: ModelScene) => Promise<void>): Promise<void> {
    let dir: string | undefined;
    for (const pack of packages) dir = await writePackage(pack, dir);
    const models = new ModelScene(dir as string, packages.length);
    try {
      await models.ready();
      await models.#open();
      await act(models);
      await models.scene.rest();
    } finally {
      for (const channel of models.#channels) channel.kill();
      rmSync(dir as string, { recursive: true, force: true });
    }
  }

  /**
   * The minute in which a scene begins, and in which the first print is seen, is not whole: the first candle is one in which
   * nothing moves. Until then nothing may be proposed, so that bitcoin is free; its volume is far too small for the momentum
   * rule to speak of it later.
   */
  async #open(): Promise<void> {
    const { world } = this.scene;
    world.request({ kind: 'KillSwitchSet', on: true });
    for (let passed = 0; passed < CONNECTED_MS; passed += STEP_MS) await this.step();
    this.scene.move(-30);
    await this.candle(null);
    world.request({ kind: 'KillSwitchSet', on: false });
    world.request({ kind: 'ArmSet', armed: true });
  }

  #models(): SimModels {
    return {
      cards: this.#cards,
      client: (process, onEvent, onNotice) =>
        createInferenceClient({
          spawn: () => {
            const channel = forkMlHost(HOST);
            this.#channels.push(channel);
            return channel;
          },
          clock: process,
          timers: process,
          models: newestPlacements(this.#modelsDir),
          featureSets: featureSetsOf(this.#cards),
          onPrediction: onEvent,
          onModelState: onEvent,
          onNotice: (notice) => {
            if (notice.kind === 'MlHostStarted') this.pid = notice.pid;
            this.#board.takeNotice(notice);
            onNotice(notice);
          },
        }),
    };
  }

  get #inference() {
    return this.scene.world.engine.inference;
  }

  ready(): Promise<void> {
    return waitUntil('the models are ready', () => this.#inference.state() === 'ready', 60_000);
  }

  /** Waits for the process to be gone, as the client sees it. */
  down(): Promise<void> {
    return waitUntil('the models are down', () => this.#inference.state() === 'down', 60_000);
  }

  /** A quarter of a second, and every answer that is due. */
  async step(): Promise<void> {
    await this.scene.pass(STEP_MS);
    await waitUntil('every question is answered', () => this.#unanswered() === 0, 60_000);
  }

  #unanswered(): number {
    const { events } = this.scene;
    const asked = events.filter(({ kind }) => kind === 'FeaturesComputed').length;
    const answered = events.filter(({ kind }) => kind === 'PredictionArrived' || kind === 'PredictionFailed').length;
    return asked * this.#count - answered;
  }

  /**
   * The next candle of bitcoin, two prints that go so far from where it stood; without `bps`, none. Returns when every model
   * has spoken about it.
   */
  async candle(bps: number | null, lots = 2_000): Promise<void> {
    const { events } = this.scene;
    const from = events.length;
    for (let half = 0; half < 2 && bps !== null; half += 1) {
      this.scene.move(bps / 2, BTC, lots);
      for (let passed = 0; passed < PRINTS_APART_MS; passed += STEP_MS) await this.step();
    }
    while (!events.slice(from).some(isCandle)) await this.step();
    await this.step();
  }

  /** A person declines whatever waits. */
  async declineAll(): Promise<void> {
    for (const { id } of waiting(this.scene)) {
      this.scene.world.request({ kind: 'DeclineRequested', proposalId: id, why: 'not now' });
    }
    await this.step();
  }

  /** The model board's rows, by the product's own gateway. */
  board(): Model[] {
    const { engine, life } = this.scene.world;
    const figures = this.#cards.map(figuresOf);
    const rule = { record: MOMENTUM_RECORD, measuredOn: '' };
    const fitness = engine.pipeline.inference.view;
    return modelRows(engine.inference, figures, this.#board, rule, (model) =>
      fitness.board(model, life.process.nowMs()),
    );
  }

  row(name: string): Model {
    const found = this.board().find((each) => each.name === name);
    if (!found) throw new Error(`the model board shows no ${name}`);
    return found;
  }

  /** What a model said in the last count on bitcoin. */
  vote(name: string): { stance: string; note: string } {
    const count = this.scene.world.engine.pipeline.decision.view.votes(BTC);
    const found = count?.votes.find(({ agent }) => agent === name);
    if (!found) throw new Error(`${name} has no vote`);
    return { stance: found.stance, note: found.note };
  }

  /** Bitcoin's proposals that wait. */
  waiting(): Proposal[] {
    return waiting(this.scene).filter(({ instrumentId }) => instrumentId === BTC);
  }
}
