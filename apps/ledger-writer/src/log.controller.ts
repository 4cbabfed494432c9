import type { LogStore } from '@besure/log-store';
import { parseTilePath, ProtocolError, type Tile, TILE_WIDTH } from '@besure/protocol';
import { Open, problems } from '@besure/service';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { LOG_CONTEXT } from './tokens.js';

/** Where the log is served, without a slash at the ends: what stands before `/checkpoint` and `/tile/`. */
export const LOG_PATH = 'log/proofs';

/** What the log is served from. */
export interface LogContext {
  readonly dataSource: DataSource;
  readonly log: LogStore;
}

/** The ledger log for everyone (https://c2sp.org/tlog-tiles). There is nothing secret in it, and no one to authenticate. */
@Controller(LOG_PATH)
export class LogController {
  readonly #context: LogContext;

  constructor(@Inject(LOG_CONTEXT) context: LogContext) {
    this.#context = context;
  }

  /** The newest checkpoint. */
  @Get('checkpoint')
  @Open()
  async checkpoint(@Res() reply: FastifyReply): Promise<void> {
    const { dataSource, log } = this.#context;
    const note = await log.latestCheckpoint(dataSource);
    if (note === null) throw problems.notFound({ detail: 'There is no checkpoint yet.' });
    await sendNote(reply, note);
  }

  /** The checkpoint of one size, with all signatures that it has by now, a quorum or not. */
  @Get('checkpoint-at/:size')
  @Open()
  async checkpointAt(@Param('size') size: string, @Res() reply: FastifyReply): Promise<void> {
    const { dataSource, log } = this.#context;
    const note = SIZE.test(size) ? await log.checkpointAt(dataSource, Number(size)) : null;
    if (note === null) throw problems.notFound({ detail: 'This hub has signed no checkpoint of that size.' });
    await sendNote(reply, note);
  }

  /** A tile of hashes or a bundle of entries. Full ones never change; a partial one is replaced by a wider one. */
  @Get('tile/*')
  @Open()
  async tile(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { dataSource, log } = this.#context;
    const tile = tileOf(request.url);
    const bytes = tile === null ? null : await log.readTile(dataSource, tile);
    if (tile === null || bytes === null) throw problems.notFound();
    await reply
      .header('content-type', 'application/octet-stream')
      .header(
        'cache-control',
        tile.width === TILE_WIDTH ? 'public, max-age=31536000, immutable' : 'public, max-age=60',
      )
      .header('access-control-allow-origin', '*')
      .send(Buffer.from(bytes));
  }
}

const SIZE = /^[1-9][0-9]{0,14}$/;

async function sendNote(reply: FastifyReply, note: string): Promise<void> {
  await reply
    .header('content-type', 'text/plain; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('access-control-allow-origin', '*')
    .send(note);
}

/** Exactly one path per tile, as it stands in the request: nothing is decoded or normalised. */
function tileOf(url: string): Tile | null {
  const prefix = `/${LOG_PATH}/`;
  if (!url.startsWith(prefix)) return null;
  try {
    return parseTilePath(url.slice(prefix.length));
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
