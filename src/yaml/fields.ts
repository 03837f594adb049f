import type { YamlDocument } from './document.ts'
import type { Json, YamlNode } from './node.ts'
import { toJson } from './node.ts'
import type { Position } from './yaml-error.ts'
import { YamlError } from './yaml-error.ts'

type Kind = YamlNode['kind']
type NodeOf<K extends Kind> = Extract<YamlNode, { kind: K }>

const ARTICLE: Readonly<Record<Kind, string>> = {
  null: 'null',
  boolean: 'a boolean',
  number: 'a number',
  string: 'a string',
  list: 'a list',
  mapping: 'a mapping',
}

/**
 * A mapping read field by field, by client-go's rules: null is absent, unknown fields are ignored, and no type is
 * turned into another. What is wrong is told by its place and type, never by its value.
 */
export class Fields {
  /** Such as `users[0].user`; empty at the top. */
  readonly path: string
  readonly #document: YamlDocument
  readonly #node: YamlNode
  readonly #entries: ReadonlyMap<string, YamlNode>

  /** @throws {YamlError} the node is neither null nor a mapping */
  constructor(document: YamlDocument, node: YamlNode = document.root, path = '') {
    this.path = path
    this.#document = document
    this.#node = node
    this.#entries = this.#as('mapping', node, path)?.entries ?? new Map()
  }

  has(name: string): boolean {
    return (this.#entries.get(name)?.kind ?? 'null') !== 'null'
  }

  /**
   * The fields that there are of this name in any case, of which the last counts where Go's own JSON reads them: for
   * `kind` and `apiVersion` (apimachinery, pkg/runtime/serializer/json/meta.go).
   */
  spellings(name: string): readonly string[] {
    const same = (key: string) => key.toLowerCase() === name.toLowerCase() && this.has(key)
    return [...this.#entries.keys()].filter(same).sort()
  }

  /** An empty string is as good as absent everywhere in a kubeconfig. */
  string(name: string): string | undefined {
    return this.#as('string', this.#entries.get(name), this.pathOf(name))?.value || undefined
  }

  boolean(name: string): boolean {
    return this.#as('boolean', this.#entries.get(name), this.pathOf(name))?.value ?? false
  }

  /** Base64 as Go reads it: the standard alphabet with its padding, and line breaks anywhere. */
  bytes(name: string): Uint8Array | undefined {
    const text = this.string(name)?.replace(/[\r\n]/g, '')
    if (text === undefined) return undefined
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
      return this.fail(name, 'is not base64 with padding')
    }
    return text === '' ? undefined : Buffer.from(text, 'base64')
  }

  strings(name: string): readonly string[] {
    return this.#strings(this.#entries.get(name), this.pathOf(name))
  }

  fields(name: string): Fields {
    return new Fields(this.#document, this.#entries.get(name) ?? NULL, this.pathOf(name))
  }

  /** A null item is a mapping without fields. */
  list(name: string): readonly Fields[] {
    const path = this.pathOf(name)
    const items = this.#as('list', this.#entries.get(name), path)?.items ?? []
    return items.map((item, index) => new Fields(this.#document, item, `${path}[${index}]`))
  }

  stringMap(name: string): ReadonlyMap<string, string> {
    const inner = this.fields(name)
    return new Map(Array.from(inner.#entries.keys(), (key) => [key, inner.string(key) ?? '']))
  }

  stringLists(name: string): ReadonlyMap<string, readonly string[]> {
    const inner = this.fields(name)
    return new Map(Array.from(inner.#entries.keys(), (key) => [key, inner.strings(key)]))
  }

  json(name: string): Json {
    const node = this.#entries.get(name)
    return node === undefined ? null : toJson(node)
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  /** Refuses a field, or with an empty name the mapping itself. */
  fail(name: string, message: string): never {
    const node = this.#entries.get(name)
    const position = node === undefined ? undefined : this.#document.positionOf(node)
    throw new YamlError(message, position, name === '' ? this.path : this.pathOf(name))
  }

  /** Where a field is, such as `exec.env[0].name`; where what should hold it is, when it is not there. */
  positionOf(name: string): Position | undefined {
    let found = this.#node
    for (const step of name.split(/[.[\]]+/)) {
      const next =
        found.kind === 'mapping'
          ? found.entries.get(step)
          : found.kind === 'list' && found.items[Number(step)]
      if (!next) break
      found = next
    }
    return found === NULL ? undefined : this.#document.positionOf(found)
  }

  #strings(node: YamlNode | undefined, path: string): readonly string[] {
    const items = this.#as('list', node, path)?.items ?? []
    return items.map((item, at) => this.#as('string', item, `${path}[${at}]`)?.value ?? '')
  }

  #as<K extends Kind>(kind: K, node: YamlNode | undefined, path: string): NodeOf<K> | undefined {
    if (node === undefined || node.kind === 'null') return undefined
    if (node.kind === kind) return node as NodeOf<K>
    const remedy = kind === 'string' && node.kind !== 'list' && node.kind !== 'mapping'
    throw new YamlError(
      `must be ${ARTICLE[kind]}, and is ${ARTICLE[node.kind]}${remedy ? '; put it in quotes' : ''}`,
      this.#document.positionOf(node),
      path,
    )
  }
}

const NULL: YamlNode = { kind: 'null', offset: 0 }
