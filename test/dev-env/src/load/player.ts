import { setImmediate as breathe } from 'node:timers/promises';
import type { CloudEvent, DocumentEventData } from '../back-office.js';
import { Asker, type Element } from './asker.js';
import { BAD_REQUESTS, signed } from './bad-requests.js';
import type { Answer, Letter } from './doors.js';
import { EVENT_FAULTS, type Expected, TAKEN, TEXT_FAULTS, refused } from './faults.js';
import type { Figures } from './figures.js';
import { SINGLE_TYPES, batch, binary, reordered, structured } from './letters.js';
import {
  type Matter,
  type Way,
  altered,
  cloudEventOf,
  issuerOf,
  newDocument,
  newMatter,
  someEvents,
} from './matter.js';
import type { Acknowledged, Model, Outcome } from './model.js';
import type { Office } from './office.js';
import type { Random } from './random.js';
import { recordsOf } from './records.js';

/** Whom a player plays, and with what luck. */
export interface PlayerOptions {
  /** For messages: the seed and which player of it. */
  readonly name: string;
  readonly random: Random;
  readonly offices: readonly Office[];
  readonly exchange: Office;
  readonly model: Model;
  readonly figures: Figures;
}

const EXPECTED: Readonly<Record<Outcome, Expected>> = {
  accepted: TAKEN,
  repeated: TAKEN,
  replayed: { ...TAKEN, replayed: true },
  'id-reused': refused(409, 'id-reused', 'id'),
  'already-stated': refused(409, 'already-stated', 'data.message'),
};

/** How often a player does what. */
const ACTS = {
  tell: 36,
  handIn: 10,
  again: 9,
  rename: 4,
  reuse: 5,
  contradict: 4,
  spoilEvent: 14,
  spoilText: 7,
  spoilRequest: 10,
  takeTheWrongSide: 2,
  bothAtOnce: 3,
  hangUp: 4,
  beSlow: 1,
} as const;

/** How many of its own acknowledged events a player remembers, to come back to them. */
const MEMORY = 500;

/**
 * The back offices of some organisations and of the exchange, with good days and bad ones: what it does next is chance, what has to be
 * answered is known before it is sent. Several play at once; their events have nothing in common.
 */
export class Player {
  readonly #options: PlayerOptions;
  readonly #random: Random;
  readonly #asker: Asker;
  readonly #past: Acknowledged[] = [];
  #acts = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#asker = new Asker(() => `${options.name}, act ${this.#acts}`, options.figures);
  }

  /** Plays until the signal. */
  async play(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#act(this.#random.weighted(ACTS));
      this.#acts += 1;
      await breathe();
    }
  }

  #act(act: keyof typeof ACTS): Promise<void> {
    switch (act) {
      case 'tell':
        return this.#tell();
      case 'handIn':
        return this.#handIn();
      case 'again':
        return this.#comeBack(({ event }) => (this.#random.chance(0.3) ? reordered(event) : event));
      case 'rename':
        return this.#comeBack(({ event }) => ({ ...event, id: this.#id() }));
      case 'reuse':
        return this.#comeBack(({ event, matter }) =>
          cloudEventOf(altered(this.#random, matter), event.source, event.id),
        );
      case 'contradict':
        return this.#comeBack(({ event, matter }) =>
          cloudEventOf(altered(this.#random, matter), event.source, this.#id()),
        );
      case 'spoilEvent':
        return this.#spoilEvent();
      case 'spoilText':
        return this.#spoilText();
      case 'spoilRequest':
        return this.#spoilRequest();
      case 'takeTheWrongSide':
        return this.#takeTheWrongSide();
      case 'bothAtOnce':
        return this.#bothAtOnce();
      case 'hangUp':
        return this.#hangUp();
      case 'beSlow':
        return this.#beSlow();
    }
  }

  /** A document goes its way: organisations state what happened, the exchange records it, or not, or differently. */
  async #tell(): Promise<void> {
    const document = this.#document();
    for (const event of someEvents(this.#random, 2)) {
      const matter = newMatter(this.#random, document, event);
      const stating = this.#officeOf(issuerOf(matter));
      const { exchange } = this.#options;
      const records = recordsOf(this.#random, matter, exchange.organisation).map(
        (record) => [exchange, record] as const,
      );
      const told = [[stating, matter] as const, ...records];
      // What the exchange hears first and what second must make no difference.
      for (const [office, one] of this.#random.chance(0.5) ? told : told.toReversed()) {
        await this.#send(office, one, this.#event(office, one));
      }
    }
  }

  /** A batch with good events, repeats and bad ones. */
  async #handIn(): Promise<void> {
    const [from, to] = [this.#random.pick(this.#options.offices), this.#random.pick(this.#options.offices)];
    const record: Element[] = [];
    const stated: Element[] = [];
    for (let left = this.#random.between(1, 25); left > 0; left -= 1) {
      const document = newDocument(this.#random, { from: from.organisation, to: to.organisation });
      const matter = newMatter(this.#random, document, this.#random.pick(someEvents(this.#random, 1)));
      if (issuerOf(matter) !== from.organisation) continue;
      const element = this.#element(from, matter);
      stated.push(element);
      record.push(this.#element(this.#options.exchange, matter));
      if (this.#random.chance(0.1)) stated.push({ ...element, expected: EXPECTED.replayed });
      if (this.#random.chance(0.2)) stated.push(this.#badElement(from));
      if (this.#random.chance(0.1)) record.push(this.#badElement(this.#options.exchange));
    }
    if (this.#random.chance(0.2)) stated.push(this.#badElement(from));
    await this.#sendBatch(this.#options.exchange, record);
    await this.#sendBatch(from, stated);
  }

  #element(office: Office, matter: Matter): Element {
    const event = this.#event(office, matter);
    return { event, expected: EXPECTED[this.#take(office, matter, event)] };
  }

  #badElement(office: Office): Element {
    const event = this.#event(office, this.#matterFor(office));
    if (this.#random.chance(0.7)) {
      const { spoil, expected } = this.#random.pick(EVENT_FAULTS);
      return { event: JSON.stringify(spoil(event, this.#random)), expected };
    }
    const { spoil, expected } = this.#random.pick(TEXT_FAULTS.filter(({ inBatch }) => inBatch));
    return { event: spoil(JSON.stringify(event)) as string, expected };
  }

  /** Something about an event that was acknowledged before. */
  async #comeBack(change: (past: Acknowledged) => CloudEvent): Promise<void> {
    if (this.#past.length === 0) return;
    const past = this.#random.pick(this.#past);
    const event = change(past);
    const matter = { ...past.matter, data: event.data, time: new Date(event.time) };
    await this.#send(this.#officeOf(past.zone), matter, event);
  }

  async #spoilEvent(): Promise<void> {
    const office = this.#anyOffice();
    const event = this.#event(office, this.#matterFor(office));
    const { what, spoil, expected } = this.#random.pick(EVENT_FAULTS);
    const spoilt = spoil(event, this.#random) as CloudEvent;
    const mayBeBinary = expected.field?.startsWith('data.') === true;
    await this.#asker.ask(
      `${what} for ${office.organisation}`,
      expected,
      this.#sending(office, spoilt, mayBeBinary),
    );
  }

  async #spoilText(): Promise<void> {
    const office = this.#anyOffice();
    const { what, spoil, expected } = this.#random.pick(TEXT_FAULTS);
    const letter = structured(spoil(JSON.stringify(this.#event(office, this.#matterFor(office)))));
    await this.#asker.ask(
      what,
      expected,
      this.#random.chance(0.3) ? () => office.bus.post(signed(office, letter)) : this.#over(office, letter),
    );
  }

  /** A good event in a request that is no good. */
  async #spoilRequest(): Promise<void> {
    const office = this.#anyOffice();
    const event = this.#event(office, this.#matterFor(office));
    const { what, expected, send } = this.#random.pick(BAD_REQUESTS);
    await this.#asker.ask(what, expected, () => send(office, event, this.#random));
  }

  /** States what another organisation has to state. */
  async #takeTheWrongSide(): Promise<void> {
    const office = this.#random.pick(this.#options.offices);
    const other = this.#random.pick(this.#options.offices.filter((one) => one !== office));
    const event = this.#event(office, this.#matterFor(other));
    const expected = refused(422, 'not-ours-to-state', 'type');
    await this.#asker.ask('the wrong side', expected, this.#sending(office, event, true));
  }

  /** The same event by two doors at the same time: one of them is the first. */
  async #bothAtOnce(): Promise<void> {
    const office = this.#anyOffice();
    const matter = this.#matterFor(office);
    const event = this.#event(office, matter);
    this.#take(office, matter, event);
    await this.#asker.askAtOnce([this.#over(office, structured(event)), this.#over(office, binary(event))]);
  }

  /** Hangs up in the middle: nothing was handed in. Or before the answer: then it asks again until it knows. */
  async #hangUp(): Promise<void> {
    const office = this.#anyOffice();
    const matter = this.#matterFor(office);
    const event = this.#event(office, matter);
    const letter = signed(office, structured(event));
    const cut = this.#random.chance(0.6);
    await office.http.hangUp(
      letter,
      cut ? this.#random.between(1, letter.body.length - 1) : letter.body.length,
    );
    this.#options.figures.count('hung up');
    if (cut && this.#random.chance(0.5)) return;
    this.#take(office, matter, event);
    await this.#asker.ask('an event after hanging up', { ...TAKEN, replayed: cut ? false : 'any' }, () =>
      office.http.post(letter),
    );
  }

  async #beSlow(): Promise<void> {
    const office = this.#anyOffice();
    const matter = this.#matterFor(office);
    const event = this.#event(office, matter);
    const expected = EXPECTED[this.#take(office, matter, event)];
    await this.#asker.ask('a slow client', expected, () =>
      office.http.postSlowly(signed(office, structured(event))),
    );
  }

  /** Sends a well-formed event by some door. */
  async #send(office: Office, matter: Matter, event: CloudEvent): Promise<void> {
    const outcome = this.#take(office, matter, event);
    await this.#asker.ask(
      `${outcome} by ${office.organisation}`,
      EXPECTED[outcome],
      this.#sending(office, event, true),
    );
  }

  #sending(office: Office, event: CloudEvent, mayBeBinary: boolean): () => Promise<Answer> {
    switch (this.#random.weighted({ structured: 45, json: 10, binary: mayBeBinary ? 20 : 0, bus: 25 })) {
      case 'structured':
        return this.#over(office, structured(event));
      case 'json':
        return this.#over(office, structured(event, SINGLE_TYPES[1]));
      case 'binary':
        return this.#over(office, binary(event));
      case 'bus':
        return () => office.bus.post(signed(office, structured(event)));
    }
  }

  async #sendBatch(office: Office, elements: readonly Element[]): Promise<void> {
    if (elements.length === 0) return;
    const letter = batch(elements.map(({ event }) => event));
    const byBus = this.#random.chance(0.25);
    await this.#asker.askBatch(
      elements,
      byBus ? () => office.bus.post(signed(office, letter)) : this.#over(office, letter),
    );
  }

  /** Over HTTP, with the token of the office. */
  #over(office: Office, letter: Letter): () => Promise<Answer> {
    return () => office.http.post(signed(office, letter));
  }

  #take(office: Office, matter: Matter, event: CloudEvent): Outcome {
    const outcome = this.#options.model.take(office.organisation, matter, event);
    if (outcome === 'accepted' || outcome === 'repeated') {
      this.#past.push({ zone: office.organisation, event, matter });
      if (this.#past.length > MEMORY) this.#past.splice(this.#random.below(MEMORY), 1);
    }
    return outcome;
  }

  /** Something that this office may state. */
  #matterFor(office: Office): Matter {
    for (;;) {
      const matter = newMatter(
        this.#random,
        this.#document(),
        this.#random.pick(someEvents(this.#random, 1)),
      );
      if (office === this.#options.exchange || issuerOf(matter) === office.organisation) return matter;
    }
  }

  #document(): DocumentEventData {
    const way: Way = {
      from: this.#random.pick(this.#options.offices).organisation,
      to: this.#random.pick(this.#options.offices).organisation,
    };
    return newDocument(this.#random, way);
  }

  #event(office: Office, matter: Matter): CloudEvent {
    return cloudEventOf(matter, office.source, this.#id());
  }

  #id(): string {
    return this.#random.hex(10);
  }

  #anyOffice(): Office {
    return this.#random.pick([...this.#options.offices, this.#options.exchange]);
  }

  #officeOf(organisation: string): Office {
    const { offices, exchange } = this.#options;
    return [...offices, exchange].find((office) => office.organisation === organisation)!;
  }
}
