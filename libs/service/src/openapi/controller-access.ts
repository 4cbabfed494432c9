import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { accessOf } from '../access-guard.js';

/** The HTTP routes of controllers, as `GET /path`, with the scope each asks for: `open`, or `undefined` where it says nothing. */
export function accessOfControllers(controllers: readonly Type[]): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const controller of controllers) {
    const base = textOf(Reflect.getMetadata(PATH_METADATA, controller));
    for (const handler of handlersOf(controller)) {
      const method: unknown = Reflect.getMetadata(METHOD_METADATA, handler);
      if (typeof method !== 'number') continue; // answers messages, not HTTP
      const path = [base, textOf(Reflect.getMetadata(PATH_METADATA, handler))]
        .flatMap((part) => part.split('/'))
        .filter((part) => part !== '')
        .join('/');
      found.set(`${RequestMethod[method] ?? ''} /${path}`, accessOf(handler, controller));
    }
  }
  return found;
}

function handlersOf(controller: Type): object[] {
  const members = Object.values(Object.getOwnPropertyDescriptors(controller.prototype as object));
  return members.map(({ value }) => value as unknown).filter((value) => typeof value === 'function');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
