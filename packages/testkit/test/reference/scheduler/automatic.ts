import type {
  Event,
  EventContext,
  ParkedEvent,
  RuleState,
  Schedule,
  SchedulerHost,
  WorkflowRule,
} from '@aiflow/core';
import { applyEvent, dueTicks, isFinal, messageOf, nextTick, statusEventTypes } from '@aiflow/core';
import type { Engine } from './engine.ts';
import type { EngineFaults } from './faults.ts';
import type { Store, StoredExecution, StoredWorkflow } from './store.ts';
import { areSiblings, infoOf } from './store.ts';
import type { Timer } from './timers.ts';

/** What is known of the schedules and rules of a workflow. */
export interface AutomaticWorkflow {
  /** The last tick by the schedule as JSON, or when it was taken up. */
  readonly places: Map<string, number>;
  /** By the context: what each rule remembers. */
  readonly memories: Map<string | null, (RuleState | null)[]>;
  /** What its rules are still to be told, and the ticks that wait for it to be resumed. */
  readonly events: Event[];
  readonly ticks: Timer[];
  readonly parked: ParkedEvent[];
}

/** Starts and stops executions by the schedules and rules of workflows. */
export class Automatic {
  readonly #store: Store;
  readonly #host: SchedulerHost;
  readonly #faults: EngineFaults;
  readonly #engine: Engine;
  readonly #setTimer: (timer: Timer) => void;
  readonly #telling = new Set<AutomaticWorkflow>();
  readonly #broken = new Set<AutomaticWorkflow>();
  #closed = false;

  constructor(
    store: Store,
    host: SchedulerHost,
    faults: EngineFaults,
    engine: Engine,
    setTimer: (timer: Timer) => void,
  ) {
    this.#store = store;
    this.#host = host;
    this.#faults = faults;
    this.#engine = engine;
    this.#setTimer = setTimer;
  }

  resume(): void {
    for (const key of this.#store.workflows.keys()) {
      if (this.#faults.forgetsWorkflowRules === true) this.#stateOf(key).memories.clear();
      this.wake(key);
    }
  }

  parked(key: string): readonly ParkedEvent[] {
    return this.#store.automatic.get(key)?.parked ?? [];
  }

  close(): void {
    this.#closed = true;
  }

  submit(key: string): void {
    const { places } = this.#stateOf(key);
    const { schedules = [] } = this.#store.workflows.get(key)?.workflow ?? {};
    const texts = new Set(schedules.map((schedule) => JSON.stringify(schedule)));
    for (const text of places.keys()) {
      if (!texts.has(text) || this.#faults.losesPlaces === true) places.delete(text);
    }
    for (const text of texts) if (!places.has(text)) this.#setTick(key, text, this.#host.clock.now());
  }

  /** Does what waited for the workflow to be resumed, or for a scheduler. */
  wake(key: string): void {
    const state = this.#stateOf(key);
    if (this.#faults.losesKept === true) state.events.length = 0;
    for (const timer of state.ticks.splice(0)) this.tick(timer);
    void this.#tellAll(key, state);
  }

  tick(timer: Timer): void {
    const { executionId: key, subject: text, last = 0 } = timer;
    const state = this.#stateOf(key);
    const definition = this.#store.workflows.get(key);
    if (definition === undefined || state.places.get(text) !== last) return; // of a schedule that is gone
    if (this.#rests(definition)) {
      state.ticks.push(timer);
      return;
    }
    const due = dueTicks(JSON.parse(text) as Schedule, { last, now: this.#host.clock.now() });
    this.#setTick(key, text, due.last);
    for (const _ of due.ticks) this.#engine.begin(definition, infoOf(definition), {});
  }

  hear(event: Event): void {
    if (!this.#host.startsByItself && this.#faults.alwaysStarts !== true) return;
    for (const [key, { workflow, project }] of this.#store.workflows) {
      const isOwn =
        event.eventType === statusEventTypes.workflow &&
        event.key === workflow.workflowName &&
        event.namespace === project.projectName;
      if (workflow.workflowRules.length === 0 || (isOwn && this.#faults.hearsItself !== true)) continue;
      const state = this.#stateOf(key);
      state.events.push(event);
      void this.#tellAll(key, state);
    }
  }

  async #tellAll(key: string, state: AutomaticWorkflow): Promise<void> {
    if (this.#telling.has(state)) return;
    this.#telling.add(state);
    for (;;) {
      const [event] = state.events;
      const definition = this.#store.workflows.get(key);
      if (event === undefined || definition === undefined || this.#closed || this.#rests(definition)) break;
      const belongsTo = await this.#contextOf(definition, state, event);
      if (this.#closed) break;
      state.events.shift();
      if (belongsTo !== null) this.#tell(definition, state, event, belongsTo);
    }
    this.#telling.delete(state);
  }

  async #contextOf(
    { workflow, project }: StoredWorkflow,
    state: AutomaticWorkflow,
    event: Event,
  ): Promise<EventContext | null> {
    if (workflow.contextExtractor === null) {
      return event.context === null ? { broadcast: true } : { contexts: [event.context] };
    }
    if (this.#broken.has(state)) return null;
    const extractor = await this.#host.contextExtractor(workflow, project);
    try {
      return await extractor.extract(event);
    } catch (error) {
      if (this.#faults.stopsAtFailure === true) this.#broken.add(state);
      state.parked.push({ event, reason: messageOf(error) });
      return null;
    } finally {
      await extractor.close();
    }
  }

  #tell(
    definition: StoredWorkflow,
    { memories }: AutomaticWorkflow,
    event: Event,
    belongsTo: EventContext,
  ): void {
    const contexts =
      'broadcast' in belongsTo ? new Set([null, ...memories.keys()]) : new Set(belongsTo.contexts);
    for (const context of contexts) {
      const mark = this.#faults.mixesContexts === true ? null : context;
      const states = memories.get(mark) ?? definition.workflow.workflowRules.map(() => null);
      const fired: WorkflowRule[] = [];
      for (const [index, rule] of definition.workflow.workflowRules.entries()) {
        const { fires, state } = applyEvent(rule, states[index] ?? null, event);
        states[index] = state;
        if (fires) fired.push(rule);
      }
      if (states.some((state) => (state?.marks.length ?? 0) > 0)) memories.set(mark, states);
      else memories.delete(mark);
      this.#act(definition, fired[0]?.action ?? 'NONE', context, event);
    }
  }

  #act(
    definition: StoredWorkflow,
    action: WorkflowRule['action'],
    context: string | null,
    { workflowExecutionId }: Event,
  ): void {
    const isOf = ({ info }: StoredExecution): boolean =>
      info.workflowInfo.namespace === definition.project.projectName &&
      info.workflowInfo.workflowName === definition.workflow.workflowName &&
      !isFinal(info.status);
    const open = [...this.#store.executions.values()].filter(isOf);
    const own = open.filter(({ info }) => info.context === context);
    const isFree = own.length === 0 || this.#faults.startsTwice === true;
    if (action === 'START' && isFree) this.#engine.begin(definition, infoOf(definition), { context });
    if (action !== 'STOP') return;
    const home = this.#store.executions.get(workflowExecutionId ?? '');
    for (const execution of context === null || this.#faults.stopsAll === true ? open : own) {
      const isOther = home !== undefined && home !== execution && areSiblings(home, execution);
      if (isOther && this.#faults.stopsSiblings !== true) continue;
      this.#engine.stopExecution(execution).catch(() => undefined); // closed meanwhile
    }
  }

  #rests({ isPaused }: StoredWorkflow): boolean {
    const { ignoresPause, alwaysStarts } = this.#faults;
    return (isPaused && ignoresPause !== true) || (!this.#host.startsByItself && alwaysStarts !== true);
  }

  #setTick(key: string, text: string, last: number): void {
    this.#stateOf(key).places.set(text, last);
    const at = nextTick(JSON.parse(text) as Schedule, last);
    if (at !== null) this.#setTimer({ at, kind: 'start', executionId: key, subject: text, last });
  }

  #stateOf(key: string): AutomaticWorkflow {
    const found = this.#store.automatic.get(key);
    const state = found ?? { places: new Map(), memories: new Map(), events: [], ticks: [], parked: [] };
    this.#store.automatic.set(key, state);
    return state;
  }
}
