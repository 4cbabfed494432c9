import { Open, problems } from '@besure/service';
import type { Db } from '@besure/log-store';
import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { type ListedAccusation, listAccusations, readAccusation } from './rows.js';

export const ACCUSATIONS_DB = Symbol('AccusationsDb');

/** Hands out accusations to anyone: they are there to be passed on, and hold nothing but what hubs and witnesses signed. */
@Controller('v1/accusations')
export class AccusationsController {
  readonly #db: Db;

  constructor(@Inject(ACCUSATIONS_DB) db: Db) {
    this.#db = db;
  }

  /** All of them, oldest first. */
  @Get()
  @Open()
  async list(): Promise<{ accusations: ListedAccusation[] }> {
    return { accusations: await listAccusations(this.#db) };
  }

  /** The file of one, in its one text. */
  @Get(':id')
  @Open()
  @Header('content-type', 'application/json')
  async get(@Param('id') id: string): Promise<string> {
    const file = /^\d{1,18}$/.test(id) ? await readAccusation(this.#db, id) : null;
    if (file === null) throw problems.notFound({ detail: 'There is no accusation with this id.' });
    return file;
  }
}
