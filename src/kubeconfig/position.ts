import type { Fields } from '../yaml/fields.ts'
import type { Position } from '../yaml/yaml-error.ts'
import type { KubeconfigDocument, Origin } from './document.ts'

/** What a document or an entry was read from; kept apart, so that they stay plain data that can be printed. */
const sources = new WeakMap<KubeconfigDocument | Origin, Fields>()

export function originOf(fields: Fields, file: string | undefined): Origin {
  const origin: Origin = { file, field: fields.path }
  sources.set(origin, fields)
  return origin
}

/** The document or entry, with its fields to be found by `positionIn`. */
export function located<Place extends KubeconfigDocument | Origin>(
  document: Place,
  source: Fields | Place | undefined,
): Place {
  const fields = source && ('path' in source ? source : sources.get(source))
  if (fields !== undefined) sources.set(document, fields)
  return document
}

/** Where a field of an entry is in its file; absent for one that podwire did not read. */
export function positionIn(
  place: KubeconfigDocument | Origin,
  field: string,
): Position | undefined {
  return sources.get(place)?.positionOf(field)
}
