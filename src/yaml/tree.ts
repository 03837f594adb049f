import type { Node, Scalar, YAMLMap } from 'yaml'
import type { Fail } from './fail.ts'
import { mergeInto } from './merge-key.ts'
import type { YamlNode } from './node.ts'
import { resolvePlain } from './scalar.ts'

/** Nodes reached through aliases: the classic bomb stands for a billion. */
const MAX_ALIASED_NODES = 100_000

const PLAIN_TAGS: ReadonlySet<string> = new Set([
  '!',
  ...['str', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
])

/** A node and how many nodes it stands for with its aliases followed. */
interface Sized {
  readonly node: YamlNode
  readonly size: number
}

/** Types every scalar, follows aliases and applies `<<`, all in document order as go-yaml does. */
export async function treeOf(root: Node, fail: Fail): Promise<YamlNode> {
  const { isAlias, isMap, isScalar, isSeq } = await import('yaml')
  const anchors = new Map<string, Sized | 'open'>()
  let aliased = 0

  const visit = (node: Node | null | undefined, parentOffset: number): Sized => {
    if (node === null || node === undefined) {
      return { node: { kind: 'null', offset: parentOffset }, size: 1 }
    }
    const offset = node.range?.[0] ?? parentOffset
    if (isAlias(node)) return follow(node.source, offset)
    const tag = node.tag
    if (tag !== undefined && !PLAIN_TAGS.has(tag)) {
      fail('has a tag other than !!str, !!map and !!seq', offset)
    }
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
    if (anchor !== undefined) anchors.set(anchor, 'open')
    const sized = isScalar(node)
      ? { node: scalar(node, offset), size: 1 }
      : collection(node, offset)
    if (anchor !== undefined) anchors.set(anchor, sized)
    return sized
  }

  const follow = (anchor: string, offset: number): Sized => {
    const target = anchors.get(anchor)
    if (target === undefined) return fail('has an alias for an anchor that is not set', offset)
    if (target === 'open') return fail('has an alias for a value that contains the alias', offset)
    aliased += target.size
    if (aliased > MAX_ALIASED_NODES) fail('uses aliases beyond reason', offset)
    return target
  }

  const collection = (node: Node, offset: number): Sized => {
    if (isMap(node)) return mapping(node, offset)
    if (!isSeq(node)) return fail('is not YAML', offset)
    const items = node.items.map((item) => visit(item as Node | null, offset))
    return {
      node: { kind: 'list', offset, items: items.map((item) => item.node) },
      size: items.reduce((size, item) => size + item.size, 1),
    }
  }

  const mapping = (map: YAMLMap, offset: number): Sized => {
    const entries = new Map<string, YamlNode>()
    let size = 1
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null
      const key = visit(keyNode, offset)
      const value = visit(pair.value as Node | null, key.node.offset)
      size += key.size + value.size
      if (isScalar(keyNode) && isMergeKey(keyNode))
        mergeInto(entries, value.node, key.node.offset, fail)
      else entries.set(keyText(key.node, fail), value.node)
    }
    return { node: { kind: 'mapping', offset, entries }, size }
  }

  const scalar = (node: Scalar, offset: number): YamlNode => {
    if (node.type !== 'PLAIN' || node.tag !== undefined) {
      const value = String(node.value ?? '')
      // JSON writes a character beyond 16 bits as two escapes; one alone is no text.
      if (/\p{Surrogate}/u.test(value)) fail('has an escape for half a character', offset)
      return { kind: 'string', offset, value }
    }
    const value = resolvePlain(node.source ?? '')
    if (value === null) return { kind: 'null', offset }
    if (typeof value === 'string') return { kind: 'string', offset, value }
    if (typeof value === 'number') return { kind: 'number', offset, value }
    if (typeof value === 'boolean') return { kind: 'boolean', offset, value }
    return fail('has a number that is not finite', offset)
  }

  return visit(root, 0).node
}

/** To go-yaml a quoted `<<` is an ordinary key. */
function isMergeKey(key: Scalar): boolean {
  return key.type === 'PLAIN' && key.tag === undefined && key.source === '<<'
}

/** JSON's keys are strings: client-go turns the others into them and has no place for null. */
function keyText(key: YamlNode, fail: Fail): string {
  switch (key.kind) {
    case 'string':
      return key.value
    case 'boolean':
      return String(key.value)
    case 'number':
      if (Number.isSafeInteger(key.value)) return String(key.value)
      return fail('has a number as a key that is not an integer; quote it', key.offset)
    default:
      return fail(`has a key that is a ${key.kind}; keys are strings`, key.offset)
  }
}
