import type { LogStore } from '@besure/log-store';
import { parseTilePath, ProtocolError, type Tile, TILE_WIDTH } from '@besure/protocol';
import { Open, problems } from '@besure/service';
import { Controller, Get, Inject, Param, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { LOG_CONTEXT, RIGHTS_LOG_CONTEXT } from './tokens.js';

/** Where the log of proofs is served, without a slash at the ends: what stands before `/checkpoint` and `/tile/`. */
export const LOG_PATH = 'log/proofs';
/** Where the log of rights is. */
export const RIGHTS_LOG_PATH = 'log/rights';

/** What the log is served from. */
export interface LogContext {
  readonly dataSource: DataSource;
  readonly log: LogStore;
}

/** The log of proofs for everyone (https://c2sp.org/tlog-tiles). There is nothing secret in it, and no one to authenticate. */
export const LogController = logController(LOG_PATH, LOG_CONTEXT);
/** The log of rights, likewise. */
export const RightsLogController = logController(RIGHTS_LOG_PATH, RIGHTS_LOG_CONTEXT);

const SIZE = /^[1-9][0-9]{0,14}$/;

function logController(path: string, token: symbol): Type {
  @Controller(path)
  class ServedLog {
    readonly #context: LogContext;

    constructor(@Inject(token) context: LogContext) {
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
      if (note === null)
        throw problems.notFound({ detail: 'This hub has signed no checkpoint of that size.' });
      await sendNote(reply, note);
    }

    /** A tile of hashes or a bundle of entries. Full ones never change; a partial one is replaced by a wider one. */
    @Get('tile/*')
    @Open()
    async tile(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const { dataSource, log } = this.#context;
      const tile = tileOf(request.url, `/${path}/`);
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
  return ServedLog;
}

async function sendNote(reply: FastifyReply, note: string): Promise<void> {
  await reply
    .header('content-type', 'text/plain; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('access-control-allow-origin', '*')
    .send(note);
}

/** Exactly one path per tile, as it stands in the request: nothing is decoded or normalised. */
function tileOf(url: string, prefix: string): Tile | null {
  if (!url.startsWith(prefix)) return null;
  try {
    return parseTilePath(url.slice(prefix.length));
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
