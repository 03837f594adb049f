import { parseTimestamp } from '../auth/timestamp.ts'
import { ConnectionError } from '../errors.ts'
import { validName } from '../protocol/request.ts'

/**
 * An object of the API read field by field, as Go reads it: null is absent, unknown fields are ignored, and no type is
 * turned into another. What is wrong is told by its place, never by its value.
 */
export class JsonFields {
  /** Such as `status.conditions[0]`; empty at the top. */
  readonly path: string
  readonly #object: Readonly<Record<string, unknown>>

  /** @throws {ConnectionError} neither an object nor absent */
  constructor(value: unknown, path = '') {
    this.path = path
    if (value !== undefined && value !== null && !isObject(value)) throw garbage(path, 'an object')
    this.#object = value ?? {}
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  /** Absent: empty, as Go has it. */
  string(name: string): string {
    const value = this.#value(name) ?? ''
    return typeof value === 'string' ? value : this.fail(name, 'a string')
  }

  /** A string without which the object is none. */
  required(name: string): string {
    return this.string(name) || this.fail(name, 'there')
  }

  /** A name that Kubernetes accepts. */
  name(name: string, kind: 'namespace' | 'pod' | 'container'): string {
    const value = this.required(name)
    try {
      return validName(kind, value)
    } catch {
      return this.fail(name, `a ${kind}'s name`)
    }
  }

  boolean(name: string): boolean {
    const value = this.#value(name) ?? false
    return typeof value === 'boolean' ? value : this.fail(name, 'a boolean')
  }

  integer(name: string): number {
    const value = this.#value(name) ?? 0
    return Number.isSafeInteger(value) ? (value as number) : this.fail(name, 'an integer')
  }

  time(name: string): Date | null {
    const text = this.string(name)
    if (text === '') return null
    return parseTimestamp(text) ?? this.fail(name, 'a time')
  }

  fields(name: string): JsonFields {
    return new JsonFields(this.#value(name), this.#pathOf(name))
  }

  list(name: string): readonly JsonFields[] {
    const path = this.#pathOf(name)
    return this.#list(name).map((item, index) => new JsonFields(item, `${path}[${index}]`))
  }

  strings(name: string): readonly string[] {
    return this.#list(name).map((item) => {
      return typeof item === 'string' ? item : this.fail(name, 'a list of strings')
    })
  }

  /** Strings, numbers and booleans as text, null as nothing: the cells of a table. */
  scalars(name: string): readonly string[] {
    return this.#list(name).map((item) => {
      if (item === null) return ''
      return typeof item === 'object' ? this.fail(name, 'a list of scalars') : String(item)
    })
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const inner = this.fields(name)
    return Object.fromEntries(Object.keys(inner.#object).map((key) => [key, inner.string(key)]))
  }

  /** @throws {ConnectionError} always: the field is not `what` */
  fail(name: string, what: string): never {
    throw garbage(this.#pathOf(name), what)
  }

  // `toString` is no field of an object that has none.
  #value(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined
  }

  #list(name: string): readonly unknown[] {
    const value = this.#value(name) ?? []
    return Array.isArray(value) ? value : this.fail(name, 'a list')
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function garbage(path: string, what: string): ConnectionError {
  // Keys of a map, such as labels, are the server's words.
  const place =
    path === '' ? 'what the server sent' : `${path.slice(0, 200)} of what the server sent`
  return new ConnectionError('ERR_CONNECTION_FAILED', `${place} is not ${what}`)
}
