import type { YamlNode } from './node.ts'

/**
 * Adds what `<<` stands for to the entries in front of it.
 *
 * go-yaml applies `<<` where it stands, so that it overrides the keys before it; YAML's own rule, and every other
 * client's, is the opposite. Which credential is used must not depend on that: where it would, the text is refused.
 */
export function mergeInto(
  entries: Map<string, YamlNode>,
  source: YamlNode,
  offset: number,
  fail: (message: string, offset: number) => never,
): void {
  const merged = new Map<string, YamlNode>()
  for (const mapping of source.kind === 'list' ? source.items : [source]) {
    if (mapping.kind !== 'mapping') {
      fail('has a << that is neither a mapping nor a list of mappings', offset)
    }
    for (const [key, value] of mapping.entries) if (!merged.has(key)) merged.set(key, value)
  }
  for (const [key, value] of merged) {
    if (entries.has(key)) {
      fail('has a << behind a key that it sets too, which clients read differently', offset)
    }
    entries.set(key, value)
  }
}
