import { readBlockStyle } from './block-style.ts'
import { parseGrammar } from './grammar.ts'
import type { YamlNode } from './node.ts'
import type { Position } from './yaml-error.ts'
import { YamlError } from './yaml-error.ts'

/** The first document of a text. */
export interface YamlDocument {
  readonly root: YamlNode
  positionOf(node: YamlNode): Position
}

/**
 * Reads the first document as client-go does; what follows it is not even looked at.
 *
 * @param options `only`: nothing but comments may follow it
 * @throws {YamlError} the text is not YAML, or is nested or aliased beyond reason
 */
export async function parseYaml(
  text: string,
  options: { readonly only?: boolean } = {},
): Promise<YamlDocument> {
  const positionOf = (offset: number): Position => {
    const before = text.slice(0, offset)
    const lineStart = before.lastIndexOf('\n') + 1
    return { line: before.split('\n').length, column: offset - lineStart + 1 }
  }
  const fail = (message: string, offset: number): never => {
    throw new YamlError(message, positionOf(offset))
  }
  const root = readBlockStyle(text) ?? (await parseGrammar(text, options.only === true, fail))
  return { root, positionOf: (node) => positionOf(node.offset) }
}
