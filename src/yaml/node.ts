/** One value of a document, typed as client-go types it; `offset` is where it starts in the text. */
export type YamlNode =
  | { readonly kind: 'null'; readonly offset: number }
  | { readonly kind: 'boolean'; readonly offset: number; readonly value: boolean }
  | { readonly kind: 'number'; readonly offset: number; readonly value: number }
  | { readonly kind: 'string'; readonly offset: number; readonly value: string }
  | { readonly kind: 'list'; readonly offset: number; readonly items: readonly YamlNode[] }
  | {
      readonly kind: 'mapping'
      readonly offset: number
      /** A `Map`, because `__proto__` is a legal key. */
      readonly entries: ReadonlyMap<string, YamlNode>
    }

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** The value without its positions; objects have no prototype. */
export function toJson(node: YamlNode): Json {
  switch (node.kind) {
    case 'null':
      return null
    case 'list':
      return node.items.map(toJson)
    case 'mapping': {
      const object: Record<string, Json> = Object.create(null)
      for (const [key, value] of node.entries) object[key] = toJson(value)
      return object
    }
    default:
      return node.value
  }
}
