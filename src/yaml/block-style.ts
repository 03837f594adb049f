import type { YamlNode } from './node.ts'
import { resolvePlain } from './scalar.ts'

/**
 * Reads the YAML that programs write: mappings and lists in block style, scalars of printable ASCII. It takes a tenth
 * of the time that the grammar takes, and says the same or nothing; anything unusual, right or wrong, is left to that.
 */
export function readBlockStyle(text: string): YamlNode | undefined {
  try {
    return new BlockReader(text).root()
  } catch (error) {
    if (error === UNUSUAL) return undefined
    throw error
  }
}

/** A line taken apart: `- key: value`, or only some of it. */
interface Line {
  /** The columns in front of what it holds. */
  indent: number
  /** Gone once the list has taken it. */
  dash: boolean
  readonly key: string | undefined
  /** Where what it holds begins. */
  readonly offset: number
  readonly value: string
  readonly valueOffset: number
  /** Nothing is between it and the line before it. */
  readonly adjacent: boolean
}

const UNUSUAL = Symbol()
const MAX_DEPTH = 50
const MAX_LINES = 1_000_000

const BLANK = / *(?:#[\t -~]*)?\n/y
const HEAD = /( *)(- (?! ))?(?:([A-Za-z_][\w./-]{0,200}):(?: +(?=[^ \n])| *(?=\n|$)))?/y
const DOUBLE_QUOTED = /^"[ !#-[\]-~]*"$/
const SINGLE_QUOTED = /^'[ -&(-~]*'$/
const PLAIN = /^(?:[\w./~+]|-(?=[\w-]))[ -~]*$/
const CONTINUATION = /^[\w./(][ -~]*$/
const NOT_PLAIN = /: | #| {2}|:$/

class BlockReader {
  readonly #text: string
  /** The next one; absent at the end. */
  #line: Line | undefined
  #at = 0
  #depth = 0
  #lines = 0

  constructor(text: string) {
    this.#text = text
    this.#advance()
  }

  root(): YamlNode {
    if (this.#line?.key === undefined || this.#line.dash || this.#line.indent > 0) throw UNUSUAL
    const root = this.#mapping(0)
    if (this.#line !== undefined) throw UNUSUAL
    return root
  }

  #mapping(indent: number): YamlNode {
    const { offset } = this.#enter()
    const entries = new Map<string, YamlNode>()
    for (let line = this.#line; line?.indent === indent && !line.dash; line = this.#line) {
      // A key that is no string, and a line that goes on with the one before it.
      if (line.key === undefined || typeof resolvePlain(line.key) !== 'string') throw UNUSUAL
      this.#advance()
      entries.set(line.key, line.value === '' ? this.#nested(line) : this.#scalar(line))
    }
    this.#depth -= 1
    return { kind: 'mapping', offset, entries }
  }

  /** What belongs to a key and stands on the lines behind it. */
  #nested({ indent, valueOffset }: Line): YamlNode {
    const next = this.#line
    if (next !== undefined && next.indent >= indent) {
      if (next.dash) return this.#list(next.indent)
      if (next.indent > indent) return this.#mapping(next.indent)
    }
    return { kind: 'null', offset: valueOffset }
  }

  #list(indent: number): YamlNode {
    const offset = this.#enter().offset - 2
    const items: YamlNode[] = []
    for (let line = this.#line; line?.indent === indent && line.dash; line = this.#line) {
      line.dash = false
      line.indent += 2
      if (line.key !== undefined) {
        items.push(this.#mapping(line.indent))
      } else {
        this.#advance()
        items.push(this.#scalar(line))
      }
    }
    this.#depth -= 1
    return { kind: 'list', offset, items }
  }

  #enter(): Line {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH || this.#line === undefined) throw UNUSUAL
    return this.#line
  }

  #scalar({ indent, value, valueOffset: offset }: Line): YamlNode {
    switch (value.charCodeAt(0)) {
      case 0x22: // "
        if (!DOUBLE_QUOTED.test(value)) throw UNUSUAL
        return { kind: 'string', offset, value: value.slice(1, -1) }
      case 0x27: // '
        if (!SINGLE_QUOTED.test(value)) throw UNUSUAL
        return { kind: 'string', offset, value: value.slice(1, -1) }
      case 0x5b: // [
        if (value !== '[]') throw UNUSUAL
        return { kind: 'list', offset, items: [] }
      case 0x7b: // {
        if (value !== '{}') throw UNUSUAL
        return { kind: 'mapping', offset, entries: new Map() }
      default:
        if (!PLAIN.test(value) || NOT_PLAIN.test(value)) throw UNUSUAL
        return this.#plain(this.#continued(value, indent), offset)
    }
  }

  #plain(source: string, offset: number): YamlNode {
    const value = resolvePlain(source)
    if (value === null) return { kind: 'null', offset }
    if (typeof value === 'string') return { kind: 'string', offset, value }
    if (typeof value === 'number') return { kind: 'number', offset, value }
    if (typeof value === 'boolean') return { kind: 'boolean', offset, value }
    throw UNUSUAL
  }

  /** A plain scalar with the lines that go on with it, as go-yaml writes one of over 80 columns. */
  #continued(value: string, indent: number): string {
    let whole = value
    while (this.#line !== undefined && this.#line.indent > indent) {
      const { dash, key, value: more, adjacent } = this.#line
      if (dash || key !== undefined || !adjacent) throw UNUSUAL
      if (!CONTINUATION.test(more) || NOT_PLAIN.test(more)) throw UNUSUAL
      whole += ` ${more}`
      this.#advance()
    }
    return whole
  }

  #advance(): void {
    const text = this.#text
    let start = this.#at
    BLANK.lastIndex = start
    while (BLANK.test(text)) start = BLANK.lastIndex
    if (start >= text.length) {
      this.#line = undefined
      return
    }
    HEAD.lastIndex = start
    const [head = '', spaces = '', dash, key] = HEAD.exec(text) ?? []
    const adjacent = start === this.#at
    const newline = text.indexOf('\n', start)
    const valueOffset = start + head.length
    let end = newline < 0 ? text.length : newline
    this.#at = Math.min(end + 1, text.length)
    while (end > valueOffset && text[end - 1] === ' ') end -= 1
    this.#lines += 1
    if (this.#lines > MAX_LINES) throw UNUSUAL
    this.#line = {
      indent: spaces.length,
      dash: dash !== undefined,
      key,
      offset: start + spaces.length + (dash?.length ?? 0),
      value: text.slice(valueOffset, end),
      valueOffset,
      adjacent,
    }
  }
}
