import { isDeepStrictEqual } from 'node:util'
import type { Node, Pair, Scalar, YAMLMap } from 'yaml'
import { parseYaml } from './document.ts'
import type { Json } from './node.ts'
import { toJson } from './node.ts'
import { YamlError } from './yaml-error.ts'

type Path = readonly (string | number)[]

interface Change {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * A YAML text with strings of one mapping set, and every other character as it was.
 *
 * @throws {YamlError} the place is not there, or is written in a way that leaves no safe edit, as with an alias
 */
export async function editStrings(
  text: string,
  path: Path,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const map = await mappingAt(text, path)
  const changes: Change[] = []
  for (const [name, value] of Object.entries(values))
    changes.push(await change(text, map, name, value))
  const edited = changes
    .toSorted((a, b) => b.start - a.start)
    .reduce((old, { start, end, text: by }) => old.slice(0, start) + by + old.slice(end), text)
  await verify(text, edited, path, values)
  return edited
}

async function mappingAt(text: string, path: Path): Promise<YAMLMap> {
  const { isMap, isSeq, parseAllDocuments } = await import('yaml')
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  let node: unknown = Array.isArray(documents) ? documents[0]?.contents : undefined
  for (const step of path) {
    if (typeof step === 'number') node = isSeq(node) ? node.items[step] : undefined
    else node = isMap(node) ? lastPair(node, step)?.value : undefined
  }
  return isMap(node) ? node : refuse()
}

/** Of two keys with the same name the last counts. */
function lastPair(map: YAMLMap, name: string): Pair | undefined {
  return map.items.findLast(({ key }) => (key as Scalar | null)?.value === name)
}

async function change(text: string, map: YAMLMap, name: string, value: string): Promise<Change> {
  const { isScalar } = await import('yaml')
  // JSON's strings are YAML's.
  const quoted = JSON.stringify(value)
  const pair = lastPair(map, name)
  if (pair !== undefined) {
    const old = pair.value
    if (!isScalar(old) || !old.range || old.anchor || old.tag || old.type?.startsWith('BLOCK')) {
      return refuse()
    }
    const [start, end] = old.range
    return { start, end, text: start === end ? ` ${quoted}` : quoted }
  }
  const start = (map.items[0]?.key as Node | undefined)?.range?.[0]
  if (start === undefined) return refuse()
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
  const separator = map.flow ? ', ' : `\n${indent}`
  return { start, end: start, text: `${name}: ${quoted}${separator}` }
}

/** Whatever the edit did: nothing else may read differently. */
async function verify(
  before: string,
  after: string,
  path: Path,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const expected = toJson((await parseYaml(before)).root)
  let target: Json | undefined = expected
  for (const step of path) {
    target = (target as Readonly<Record<string | number, Json>> | undefined)?.[step]
  }
  Object.assign(target as Record<string, Json>, values)
  if (!isDeepStrictEqual(toJson((await parseYaml(after)).root), expected)) refuse()
}

function refuse(): never {
  throw new YamlError('is written in a way that podwire cannot edit safely')
}
